// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/opening.h"

#include <gtest/gtest.h>

#include "harness/judge/client_headers.h"
#include "harness/judge/resume.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

Story asked() {
  Story story;
  story.mark(kMarkCallLimit, "500").open(1, Side::kServer).call(1, 7, "initialize");
  story.at(500);
  return story;
}

std::string cancel(int id) {
  return fmt::format(
      R"({{"jsonrpc":"2.0","method":"notifications/cancelled","params":{{"requestId":{}}}}})", id);
}

TEST(InitializeWithoutAnswer, IsNeverCancelled) {
  const Check check = initialize_is_not_cancelled(req::kInitializeIsNotCancelled);
  EXPECT_EQ(asked().tell(PeerEnded{{1}, Ending::kFin}).judge(check).outcome, Outcome::kHeld);
  const Judgement judgement = asked().open(2, Side::kServer).post(2, cancel(7)).judge(check);
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_EQ(judgement.findings.front().level, Level::kMust);
  EXPECT_EQ(asked().open(2, Side::kServer).post(2, cancel(8)).judge(check).outcome,
            Outcome::kNotApplicable);
  EXPECT_EQ(asked().mark("x", "").judge(check).outcome, Outcome::kNotApplicable) << "it waits";
  EXPECT_EQ(Story().judge(check).outcome, Outcome::kInconclusive);
}

TEST(InitializeWithoutAnswer, IsLeftWithinThreeLimits) {
  const Check check = leaves_after_giving_up();
  const auto ended = [](double ms, bool by_us) {
    Story story = asked();
    story.tell(PeerEnded{{1}, Ending::kFin}).at(ms).tell(ProcessEnded{1, 0, by_us});
    return story;
  };
  EXPECT_EQ(ended(600, false).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(ended(600, true).judge(check).outcome, Outcome::kInconclusive);
  const Judgement late = ended(2100, true).judge(check);
  ASSERT_EQ(late.outcome, Outcome::kBroken);
  EXPECT_EQ(late.findings.front().level, Level::kShould);
  EXPECT_EQ(asked().at(9000).mark("x", "").judge(check).outcome, Outcome::kNotApplicable);
}

TEST(GoesOnAfterInitialize, BlamesWhatWasUnlikeThePlainestAnswer) {
  const auto blamed = [](const std::string& head, bool stream) {
    Story story;
    story.at(1).open(1, Side::kServer).call(1, 1, "initialize");
    const std::string result = R"({"jsonrpc":"2.0","id":1,"result":{}})";
    if (stream) {
      story.sse_head(1).event(1, result).end(1);
    } else {
      story.json(1, result, 200, head);
    }
    story.at(9).tell(ProcessEnded{1, 0, false});
    return story.judge(goes_on_after_initialize()).findings.front().likely_cause;
  };
  EXPECT_NE(blamed("", true).find("stream"), std::string::npos);
  EXPECT_NE(blamed("", false).find("without sessions"), std::string::npos);
  EXPECT_NE(blamed("mcp-session-id: s\r\n", false).find("case"), std::string::npos);
}

// mcp-go's looks first whether the server knows of no sessions.
TEST(GoesOnAfterInitialize, AProbeThatIsRefusedIsNoOpening) {
  for (const int status : {400, 200}) {
    Story story;
    story.at(1).open(1, Side::kServer).call(1, 1, "server/discover");
    story.json(1, R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"m"}})", status);
    story.at(2).call(1, 2, "initialize");
    EXPECT_EQ(story.judge(goes_on_after_initialize()).outcome, Outcome::kInconclusive);
    story.at(3).json(1, R"({"jsonrpc":"2.0","id":2,"result":{}})");
    EXPECT_EQ(story.judge(goes_on_after_initialize()).outcome, Outcome::kBroken);
    story.at(4).call(1, 3);
    EXPECT_EQ(story.judge(goes_on_after_initialize()).outcome, Outcome::kHeld);
  }
}

TEST(GoesOnAfterInitialize, WhoOnlyDeletesTheSessionDidNotReadTheAnswer) {
  Story story;
  story.at(1).open(1, Side::kServer).call(1, 1, "initialize");
  const std::string result = R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":""}})";
  story.from_server(1, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nMcp-Session-Id: s\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n");
  story.event(1, R"({"jsonrpc":"2.0","method":"notifications/message"})").event(1, result).end(1);
  story.at(3000).from_client(1, "DELETE /mcp HTTP/1.1\r\nHost: a\r\nMcp-Session-Id: s\r\n\r\n");
  story.at(3001).plain(1, 200).at(3002).tell(ProcessEnded{1, 0, false});
  EXPECT_EQ(story.judge(goes_on_after_initialize()).findings.front().harm, "harm.answer_lost");
  const Check headers = requests_say_what_they_must(Rule{}, req::kNamesItsRevision, Rule{});
  EXPECT_EQ(story.judge(headers).outcome, Outcome::kHeld) << "it knows of no revision";
}

}  // namespace
}  // namespace tailrace
