// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/lost_answer.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/judge/story.h"
#include "harness/record/marks.h"

namespace tailrace {
namespace {

constexpr std::string_view kIn = "Mcp-Session-Id: s\r\n";

Outcome outcome(const Story& story) {
  return story.judge(answers_are_not_lost()).outcome;
}

Story open_stream() {
  Story story;
  story.open(1).call(1, 1, "tools/call", std::string(kIn)).sse_head(1).at(5);
  return story;
}

TEST(LostAnswer, AStreamThatEndsWithoutItAndCannotBeResumedHasLostIt) {
  const Judgement lost = open_stream().end(1).judge(answers_are_not_lost());
  ASSERT_EQ(lost.outcome, Outcome::kBroken);
  EXPECT_EQ(lost.findings.front().harm, "harm.answer_lost");
  EXPECT_EQ(outcome(open_stream().result(1, 1).end(1)), Outcome::kHeld);
  EXPECT_EQ(outcome(open_stream().event(1, "", "an-id").end(1)), Outcome::kHeld);
  EXPECT_EQ(outcome(open_stream().tell(PeerEnded{{1}, Ending::kReset})), Outcome::kBroken);
  Story elsewhere = open_stream();
  elsewhere.open(2).call(2, 2, "tools/call", std::string(kIn)).sse_head(2).result(2, 1);
  EXPECT_EQ(outcome(elsewhere.end(1)), Outcome::kHeld) << "it is another check's where it came";
}

TEST(LostAnswer, AnEventThatIsNeverEndedIsNoCutOne) {
  const auto cause = [](const std::string& text) {
    Story story = open_stream();
    story.from_server(1, fmt::format("{:x}\r\n{}\r\n", text.size(), text)).end(1);
    return story.judge(answers_are_not_lost()).findings.front().likely_cause;
  };
  const std::string line = "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n";
  EXPECT_TRUE(cause(line).starts_with("events are written with one line end"));
  EXPECT_TRUE(cause(line.substr(0, 20)).starts_with("what the socket or the stream did not take"));
}

TEST(LostAnswer, WhatWeDidExplainsIt) {
  Story cancelled = open_stream();
  cancelled.open(2)
      .post(2, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})",
            std::string(kIn))
      .plain(2, 202);
  EXPECT_EQ(outcome(cancelled.end(1)), Outcome::kHeld);
  EXPECT_EQ(outcome(open_stream().mark(kMarkStop, "").end(1)), Outcome::kHeld);
  EXPECT_EQ(outcome(open_stream().mark(kMarkUnread, "").end(1)), Outcome::kHeld);
  Story erased = open_stream();
  erased.open(2).from_client(2, "DELETE /mcp HTTP/1.1\r\nHost: a\r\nMcp-Session-Id: s\r\n\r\n");
  EXPECT_EQ(outcome(erased.end(1)), Outcome::kHeld);
  EXPECT_EQ(outcome(open_stream().tell(WeEnded{{1}, Ending::kFin, true}).end(1)), Outcome::kHeld);
  Story twice = open_stream();
  twice.open(2).call(2, 1, "tools/call", std::string(kIn));
  EXPECT_EQ(outcome(twice.end(1)), Outcome::kHeld) << "its id was used twice";
}

TEST(LostAnswer, AnEmptyReplyToARequestIsNone) {
  Story accepted;
  accepted.open(1).call(1, 1).plain(1, 202);
  EXPECT_EQ(outcome(accepted), Outcome::kBroken);
  Story refused;
  refused.open(1).call(1, 1).plain(1, 400);
  EXPECT_EQ(outcome(refused), Outcome::kHeld);
}

TEST(LostAnswer, ABodyThatIsAnotherMessageHasTakenItsPlace) {
  const auto answered = [](const std::string& body) {
    Story story;
    story.open(1).call(1, 1, "tools/call", std::string(kIn));
    story.json(1, body);
    return story;
  };
  const std::string log = R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})";
  const Judgement lost = answered(log).judge(answers_are_not_lost());
  ASSERT_EQ(lost.outcome, Outcome::kBroken);
  EXPECT_NE(lost.findings.front().observed.find("notifications/message"), std::string::npos);
  EXPECT_TRUE(lost.findings.front().likely_cause.starts_with("the first message of a request"));
  EXPECT_EQ(outcome(answered(R"({"jsonrpc":"2.0","id":7,"method":"roots/list"})")),
            Outcome::kBroken);
  EXPECT_EQ(outcome(answered(R"({"jsonrpc":"2.0","id":1,"result":{}})")), Outcome::kHeld);
  EXPECT_EQ(outcome(answered("[" + log + "]")), Outcome::kHeld) << "a question of its form";
  Story elsewhere = answered(log);
  elsewhere.open(2).call(2, 2, "tools/call", std::string(kIn)).sse_head(2).result(2, 1);
  EXPECT_EQ(outcome(elsewhere), Outcome::kHeld) << "it is another check's where it came";
}

Story three_prompt_answers() {
  Story story;
  story.open(1);
  for (int id = 1; id <= 3; ++id) story.call(1, id).sse_head(1).result(1, id).end(1);
  return story.call(1, 4), std::move(story);
}

TEST(LostAnswer, OneThatNeverComesWhereOthersLikeItCameAtOnceIsLost) {
  const DeadlinePassed waited{"answer", "an answer", Millis(10'000)};
  EXPECT_EQ(outcome(three_prompt_answers().at(10'000).tell(waited)), Outcome::kBroken);
  EXPECT_EQ(outcome(three_prompt_answers().at(4'000).tell(waited)), Outcome::kHeld);
  EXPECT_EQ(outcome(three_prompt_answers().at(10'000).mark("x", "")), Outcome::kHeld);
  Story other;
  other.open(1).call(1, 1).at(10'000).tell(waited);
  EXPECT_EQ(outcome(other), Outcome::kHeld) << "nothing like it was answered";
}

}  // namespace
}  // namespace tailrace
