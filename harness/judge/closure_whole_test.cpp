// SPDX-License-Identifier: Apache-2.0
// Tests of the checks of answers in JSON, of streams whose session ended, and of stray bytes.
#include <gtest/gtest.h>

#include "harness/judge/closure.h"
#include "harness/judge/reuse.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

const std::string kResult = R"({"jsonrpc":"2.0","id":1,"result":{}})";

Story answered(const std::string& body, std::size_t more = 0) {
  Story story;
  story.open(1).call(1, 1);
  story.from_server(1, fmt::format("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                                   "Content-Length: {}\r\n\r\n{}",
                                   body.size() + more, body));
  return story;
}

TEST(JsonAnswers, AreOneObjectInACompleteBody) {
  const Check check = json_answers_are_whole(req::kJsonIsOneObject);
  EXPECT_EQ(answered(kResult).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(answered(kResult + "\n" + kResult).judge(check).findings.front().level, Level::kMust);
  Story cut = answered(kResult, 1);
  EXPECT_EQ(cut.tell(PeerEnded{{1}, Ending::kFin}).judge(check).outcome, Outcome::kBroken);
  Story under_way = answered(kResult, 1);
  EXPECT_EQ(under_way.judge(check).outcome, Outcome::kInconclusive);
  EXPECT_EQ(under_way.tell(DeadlinePassed{"answer", "", Millis(1)}).judge(check).outcome,
            Outcome::kBroken);
  Story stream;
  stream.open(1).call(1, 1).sse_head(1).result(1, 1).end(1);
  EXPECT_EQ(stream.judge(check).outcome, Outcome::kNotApplicable);
}

TEST(JsonAnswers, ThatAreNoneAreToldApart) {
  const auto cause = [](const Story& story) {
    const Judgement judgement = story.judge(json_answers_are_whole(req::kJsonIsOneObject));
    return judgement.findings.empty() ? "" : judgement.findings.front().likely_cause;
  };
  EXPECT_TRUE(cause(answered("[" + kResult + "]")).starts_with("answers are gathered in a list"));
  EXPECT_TRUE(cause(answered(kResult + kResult)).starts_with("the message is written twice"));
  EXPECT_TRUE(cause(answered("")).starts_with("the response is ended though"));
  const std::string log = R"({"jsonrpc":"2.0","method":"notifications/message","params":{}})";
  EXPECT_TRUE(cause(answered(log)).starts_with("the first message of a request is written"));
  Story cut = answered(kResult, 2);
  cut.tell(PeerEnded{{1}, Ending::kFin});
  EXPECT_TRUE(cause(cut).starts_with("the length that is announced"));
}

TEST(StreamsEndWithSession, AStreamLeftOpenIsAShould) {
  const Check check = streams_end_with_session();
  const auto deleted = [](int status) {
    Story story;
    story.open(1).call(1, 1).sse_head(1).at(20).open(2);
    story.from_client(2, "DELETE /mcp HTTP/1.1\r\nHost: a\r\n\r\n").plain(2, status);
    return story;
  };
  EXPECT_EQ(deleted(200).at(30).end(1).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(deleted(405).at(6000).mark("x", "").judge(check).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(deleted(200).at(900).mark("x", "").judge(check).outcome, Outcome::kInconclusive);
  const Judgement open = deleted(200).at(6000).mark("x", "").judge(check);
  ASSERT_EQ(open.outcome, Outcome::kBroken);
  EXPECT_EQ(open.findings.front().level, Level::kShould);
}

TEST(AnswersToDelete, ThatNeverEndAreHarmWhereTheyAreMany) {
  const Check check = answers_to_delete_end(req::kStreamEndsAsHttp);
  const std::string endless = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const auto told = [&](const std::string& answer, int times, double until) {
    Story story;
    for (int i = 1; i <= times; ++i) {
      const auto connection = static_cast<std::uint32_t>(i);
      story.open(connection)
          .from_client(connection, "DELETE /mcp HTTP/1.1\r\nHost: a\r\n\r\n")
          .from_server(connection, answer);
    }
    story.at(until).mark("x", "");
    return story;
  };
  for (const char* whole : {"HTTP/1.1 204 No Content\r\n\r\n",
                            "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n",
                            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"}) {
    EXPECT_EQ(told(whole, 3, 6000).judge(check).outcome, Outcome::kHeld) << whole;
  }
  EXPECT_EQ(told(endless, 1, 900).judge(check).outcome, Outcome::kInconclusive);
  EXPECT_EQ(told(endless, 1, 6000).judge(check).findings.front().level, Level::kShould);
  EXPECT_EQ(told(endless, 3, 6000).judge(check).findings.front().level, Level::kHarm);
  EXPECT_EQ(told("HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n", 1, 6000).judge(check).outcome,
            Outcome::kNotApplicable);
  const Judgement failed =
      told("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", 1, 6000).judge(check);
  ASSERT_EQ(failed.outcome, Outcome::kBroken);
  EXPECT_EQ(failed.findings.front().level, Level::kShould);
  EXPECT_EQ(told("", 1, 6000).judge(check).outcome, Outcome::kInconclusive);
  Story silent = told("", 1, 6000);
  silent.tell(DeadlinePassed{"answer", "the answer to DELETE", Millis(6000)});
  const Judgement unanswered = silent.judge(check);
  ASSERT_EQ(unanswered.outcome, Outcome::kBroken);
  EXPECT_EQ(unanswered.findings.front().level, Level::kShould);
  EXPECT_EQ(unanswered.findings.front().required, "DELETE is answered");
  Story cut = told(endless, 1, 10);
  EXPECT_EQ(cut.tell(PeerEnded{{1}, Ending::kFin}).judge(check).findings.front().level,
            Level::kMust);
}

// The machine stood still in the first wait of two: the second one, which kept time, tells.
TEST(AnswersToDelete, ThatNeverComeAreToldByAWaitThatKeptTime) {
  const Check check = answers_to_delete_end(req::kStreamEndsAsHttp);
  const auto waited = [&](int waits) {
    Story story;
    story.open(1).from_client(1, "DELETE /mcp HTTP/1.1\r\nHost: a\r\n\r\n");
    story.at(6100).tell(WindowEnded{"head_window", Millis(5500), Millis(6100)});
    if (waits > 1) story.at(11600).tell(WindowEnded{"watch_ends", Millis(5500), Millis(5500)});
    return story.judge(check).outcome;
  };
  EXPECT_EQ(waited(1), Outcome::kInconclusive);
  EXPECT_EQ(waited(2), Outcome::kBroken);
}

TEST(ConnectionCarriesNextRequest, BytesThatAnswerNothingAreMustA408IsNot) {
  const Check check = connection_carries_next_request(req::kAnswerCarriesId);
  EXPECT_EQ(answered(kResult).from_server(1, "{}\r\n\r\n").judge(check).outcome,
            Outcome::kBroken);
  EXPECT_EQ(answered(kResult).call(1, 2).from_server(1, "{}HTTP/1.1 200 OK\r\n\r\n").judge(check)
                .outcome,
            Outcome::kBroken)
      << "they spoil the answer of the request that follows";
  const std::string idle = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n";
  EXPECT_NE(answered(kResult).from_server(1, idle).judge(check).outcome, Outcome::kBroken);
}

TEST(StreamEnds, AsksOfInitializeApart) {
  Story story;
  story.open(1).call(1, 1, "initialize").sse_head(1).result(1, 1).at(6000).mark("x", "");
  EXPECT_EQ(story.judge(stream_ends(Final::kEither, req::kResponseEndsStream, Of::kInitialize))
                .outcome,
            Outcome::kBroken);
  EXPECT_EQ(story.judge(stream_ends(Final::kEither, req::kResponseEndsStream)).outcome,
            Outcome::kInconclusive);
}

}  // namespace
}  // namespace tailrace
