// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/routing.h"

#include <gtest/gtest.h>

#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

constexpr std::string_view kSession = "Mcp-Session-Id: one\r\n";

Story after_delete(int delete_status, int later_status) {
  Story story;
  story.open(1).from_client(1,
                            "DELETE /mcp HTTP/1.1\r\nHost: a\r\n" + std::string(kSession) + "\r\n");
  story.plain(1, delete_status).call(1, 2, "ping", std::string(kSession));
  if (later_status != 0) story.plain(1, later_status);
  return story;
}

TEST(SessionIsGone, Demands404AfterACompletedDelete) {
  const Check check = session_is_gone_after_delete(req::kDeletedSessionIsGone);
  EXPECT_EQ(after_delete(200, 404).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(after_delete(204, 404).judge(check).outcome, Outcome::kHeld);
  const Judgement served = after_delete(200, 200).judge(check);
  ASSERT_EQ(served.outcome, Outcome::kBroken);
  EXPECT_EQ(served.findings.front().level, Level::kMust);
  Story twice = after_delete(200, 404);
  twice.from_client(1, "DELETE /mcp HTTP/1.1\r\nHost: a\r\n" + std::string(kSession) + "\r\n");
  const Judgement again = twice.plain(1, 202).judge(check);
  ASSERT_EQ(again.outcome, Outcome::kBroken);
  EXPECT_TRUE(again.findings.front().likely_cause.starts_with("DELETE is answered whether"));
  EXPECT_EQ(after_delete(405, 200).judge(check).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(after_delete(200, 0).judge(check).outcome, Outcome::kInconclusive);
}

TEST(AnswersReachTheirRequests, ForeignIdsAndForeignShapesAreHarm) {
  const Check check = answers_reach_their_requests("test", req::kAnswerCarriesId);
  const auto answered = [&](const std::string& method, const std::string& message) {
    Story story;
    story.open(1).call(1, 7, method).sse_head(1).event(1, message).end(1);
    return story.judge(check).outcome;
  };
  EXPECT_EQ(answered("ping", R"({"jsonrpc":"2.0","id":7,"result":{}})"), Outcome::kHeld);
  EXPECT_EQ(answered("ping", R"({"jsonrpc":"2.0","id":8,"result":{}})"), Outcome::kBroken);
  EXPECT_EQ(answered("ping", R"({"jsonrpc":"2.0","id":"7","result":{}})"), Outcome::kBroken);
  EXPECT_EQ(answered("ping", R"({"jsonrpc":"2.0","id":7,"result":{"tools":[]}})"),
            Outcome::kBroken);
  Story text;
  text.open(1).call(1, 7).sse_head(1).event(1, R"({"jsonrpc":"2.0","id":"7","result":{}})").end(1);
  const Judgement as_text = text.judge(check);
  ASSERT_EQ(as_text.outcome, Outcome::kBroken);
  const std::string& cause = as_text.findings.front().likely_cause;
  EXPECT_TRUE(cause.starts_with("ids are kept or compared as text")) << cause;
  EXPECT_EQ(answered("tools/list", R"({"jsonrpc":"2.0","id":7,"result":{}})"), Outcome::kBroken);
  EXPECT_EQ(answered("ping", R"({"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}})"),
            Outcome::kInconclusive);
}

TEST(AnswersReachTheirRequests, AlsoWhereAStreamIsResumed) {
  const Check check = answers_reach_their_requests("test", req::kAnswerCarriesId);
  const auto resumed = [&](const std::string& result) {
    Story story;
    story.open(1).call(1, 7, "tools/list", std::string(kSession)).sse_head(1).event(1, "", "a");
    story.end(1).open(2).from_client(2, "GET /mcp HTTP/1.1\r\nHost: a\r\n" +
                                            std::string(kSession) + "Last-Event-ID: a\r\n\r\n");
    story.sse_head(2).event(2, R"({"jsonrpc":"2.0","id":7,"result":)" + result + "}").end(2);
    return story.judge(check).outcome;
  };
  EXPECT_EQ(resumed(R"({"tools":[]})"), Outcome::kHeld);
  EXPECT_EQ(resumed("{}"), Outcome::kBroken) << "that of a ping";
}

TEST(EveryRequestIsAnswered, AStreamThatEndedEarlyAfterAnIdIsOnlyLostOnceAResumeWasInVain) {
  const Check check = every_request_is_answered(req::kOneResponse);
  const auto polled = [] {
    Story story;
    story.open(1).call(1, 1).sse_head(1).event(1, "", "e0").end(1);
    return story;
  };
  EXPECT_EQ(polled().judge(check).outcome, Outcome::kInconclusive);
  EXPECT_EQ(polled().judge(check, "2025-06-18").outcome, Outcome::kBroken);
  Story fetched = polled();
  fetched.at(20).open(2);
  fetched.from_client(2, "GET /mcp HTTP/1.1\r\nHost: a\r\nLast-Event-ID: e0\r\n\r\n");
  fetched.sse_head(2).end(2);
  EXPECT_EQ(fetched.judge(check).outcome, Outcome::kBroken);
}

TEST(EveryRequestIsAnswered, SparesStaleConnectionsAndRefusals) {
  const Check check = every_request_is_answered(req::kOneResponse);
  Story lost;
  lost.open(1).call(1, 1).sse_head(1).end(1);
  EXPECT_EQ(lost.judge(check).outcome, Outcome::kBroken);
  Story refused;
  refused.open(1).call(1, 1).plain(1, 404);
  EXPECT_EQ(refused.judge(check).outcome, Outcome::kHeld);
  Story stale;
  stale.open(1).call(1, 1).sse_head(1).result(1, 1).end(1).call(1, 2);
  stale.tell(PeerEnded{{1}, Ending::kFin});
  EXPECT_EQ(stale.judge(check).outcome, Outcome::kHeld);
  Story resumed;  // Its answer came on the stream that took its own over.
  resumed.open(1).call(1, 1).sse_head(1).event(1, "", "e0").end(1).from_client(
      1, "GET /mcp HTTP/1.1\r\nHost: a\r\nLast-Event-ID: e0\r\n\r\n");
  resumed.sse_head(1).result(1, 1).end(1);
  EXPECT_EQ(resumed.judge(check).outcome, Outcome::kHeld);
  Story cancelled;
  cancelled.open(1).call(1, 1).sse_head(1).open(2).post(
      2, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  cancelled.plain(2, 202).end(1);
  EXPECT_EQ(cancelled.judge(check).outcome, Outcome::kHeld);
}

TEST(EveryRequestIsAnswered, WithoutSessionsTheAnswerToAnEqualIdIsNoAnswer) {
  Story story;
  story.open(1).call(1, 1, "server/discover").sse_head(1).result(1, 1).end(1);
  story.call(1, 1).sse_head(1).end(1);
  const Check check = every_request_is_answered(req::kOneResponse);
  EXPECT_EQ(story.judge(check, "2026-07-28").outcome, Outcome::kBroken);
}

TEST(EveryRequestIsAnswered, WhatIsMoreThanIsKeptWasNotSeen) {
  Story story;
  story.open(1).call(1, 1).sse_head(1).tell(TapTruncated{{1}, true});
  const Check check = every_request_is_answered(req::kOneResponse);
  EXPECT_EQ(story.judge(check).outcome, Outcome::kInconclusive);
}

TEST(EveryRequestIsAnswered, BlamesTheConnectionThatWentWithoutAReply) {
  Story story;
  story.open(1).call(1, 1).tell(PeerEnded{{1}, Ending::kFin});
  const Judgement judgement = story.judge(every_request_is_answered(req::kOneResponse));
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_TRUE(judgement.findings.front().observed.ends_with("closed without a reply"));
  Story cut;
  cut.open(1).call(1, 1).sse_head(1).tell(PeerEnded{{1}, Ending::kFin});
  EXPECT_TRUE(cut.judge(every_request_is_answered(req::kOneResponse))
                  .findings.front().observed.ends_with("got none"));
}

// A body that is no message shows that the request's route was kept.
TEST(EveryRequestIsAnswered, BlamesTheBodyThatCame) {
  const auto told = [](const std::string& head, const std::string& body, bool cut = false) {
    Story story;
    story.open(1).call(1, 1).from_server(
        1, fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n\r\n{}", head,
                       body.size() + (cut ? 2 : 0), body));
    if (cut) story.tell(PeerEnded{{1}, Ending::kFin});
    const Judgement judgement = story.judge(every_request_is_answered(req::kOneResponse));
    return judgement.findings.empty() ? Finding{} : judgement.findings.front();
  };
  const std::string json = "200 OK\r\nContent-Type: application/json";
  const std::string result = R"({"jsonrpc":"2.0","id":1,"result":{}})";
  EXPECT_TRUE(told(json, "[" + result + "]").observed.ends_with("that of a batch"));
  EXPECT_TRUE(told(json, result, true).likely_cause.starts_with("the length that is announced"));
  EXPECT_TRUE(told(json, "").likely_cause.starts_with("the response is ended though"));
  EXPECT_TRUE(told("202 Accepted", "").likely_cause.starts_with("the request is taken for"));
  EXPECT_TRUE(told("200 OK\r\nContent-Type: text/html", "<p>").likely_cause.starts_with(
      "something else than the transport"));
  EXPECT_EQ(told(json, result).check, "");
}

TEST(SessionSurvivesError, A404AfterAnErrorIsHarm) {
  const Check check = session_survives_error(req::kOneResponse);
  Story lost;
  lost.open(1).call(1, 1).sse_head(1).error(1, 1).end(1).call(1, 2).plain(1, 404);
  EXPECT_EQ(lost.judge(check).findings.front().harm, "harm.session_lost");
  Story kept;
  kept.open(1).call(1, 1).sse_head(1).error(1, 1).end(1).call(1, 2).sse_head(1).result(1, 2);
  EXPECT_EQ(kept.judge(check).outcome, Outcome::kHeld);
  Story no_error;
  no_error.open(1).call(1, 1).sse_head(1).result(1, 1);
  EXPECT_EQ(no_error.judge(check).outcome, Outcome::kNotApplicable);
}

TEST(RequestIds, ReuseIsMustWithinASessionOnly) {
  const Check check = request_ids_are_unique(req::kRequestIdsAreUnique);
  Story reused;
  reused.open(1, Side::kServer).call(1, 1, "ping", std::string(kSession)).plain(1, 200);
  reused.call(1, 1, "ping", std::string(kSession)).plain(1, 200);
  ASSERT_EQ(reused.judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(reused.judge(check).findings.front().level, Level::kMust);
  Story two_sessions;
  two_sessions.open(1, Side::kServer).call(1, 1, "ping", std::string(kSession)).plain(1, 200);
  two_sessions.call(1, 1, "ping", "Mcp-Session-Id: two\r\n").plain(1, 200);
  EXPECT_EQ(two_sessions.judge(check).outcome, Outcome::kHeld);
}

TEST(QuestionIds, AreNotUsedTwiceInASession) {
  const auto asked = [](const std::string& of_second, const std::string& id) {
    const auto question = [](const std::string& text) {
      return R"({"jsonrpc":"2.0","id":)" + text + R"(,"method":"roots/list"})";
    };
    Story story;
    story.open(1).call(1, 1, "tools/call", "Mcp-Session-Id: one\r\n").sse_head(1);
    story.event(1, question("1")).event(1, question("1"));  // Of one stream: it was written twice.
    story.open(2).call(2, 2, "tools/call", "Mcp-Session-Id: " + of_second + "\r\n").sse_head(2);
    return std::move(story.event(2, question(id)));
  };
  const Check check = question_ids_are_unique(req::kRequestIdsAreUnique);
  const Judgement again = asked("one", "1").judge(check);
  ASSERT_EQ(again.outcome, Outcome::kBroken);
  EXPECT_EQ(again.findings.front().level, Level::kMust);
  EXPECT_EQ(asked("one", "2").judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(asked("one", R"("1")").judge(check).outcome, Outcome::kHeld) << "another id";
  EXPECT_EQ(asked("two", "1").judge(check).outcome, Outcome::kHeld) << "sessions count apart";
  Story resumed;
  resumed.open(1).call(1, 1, "tools/call", "Mcp-Session-Id: one\r\n").sse_head(1);
  const std::string ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
  resumed.event(1, ping, "a").open(2).from_client(
      2, "GET /mcp HTTP/1.1\r\nMcp-Session-Id: one\r\nLast-Event-ID: a\r\n\r\n");
  resumed.sse_head(2).event(2, ping, "a");
  EXPECT_EQ(resumed.judge(check).outcome, Outcome::kNotApplicable) << "a replay repeats it";
}

}  // namespace
}  // namespace tailrace
