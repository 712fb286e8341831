// SPDX-License-Identifier: Apache-2.0
// Tests of the checks of cancelled requests, and of a server that goes on serving.
#include "harness/judge/service.h"

#include <gtest/gtest.h>

#include "harness/judge/cancel.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

constexpr std::string_view kSession = "Mcp-Session-Id: one\r\n";

// A call with this id on connection 1, cancelled on connection 2 after 20 ms.
Story cancelled(const std::string& id, const std::string& named, int status = 202,
                const std::string& session = std::string(kSession)) {
  Story story;
  story.open(1)
      .post(1, R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call"})", session)
      .sse_head(1)
      .at(20)
      .open(2)
      .post(2, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
                   named + "}}",
            session)
      .plain(2, status);
  return story;
}

TEST(CancelledCall, WithoutASessionNobodyKnowsWhoseItIs) {
  Story story = cancelled("1", "1", 202, "");
  story.at(300).result(1, 1).at(6000).mark("x", "");
  EXPECT_EQ(story.judge(cancelled_stream_ends(req::kCancelFreesStream)).outcome,
            Outcome::kNotApplicable);
  EXPECT_EQ(story.judge(nothing_for_cancelled(req::kNoAnswerAfterCancel)).outcome,
            Outcome::kNotApplicable);
}

TEST(CancelledStream, EndsWithNothingOrWithAnError) {
  const Check check = cancelled_stream_ends(req::kCancelFreesStream);
  EXPECT_EQ(cancelled("1", "1").at(30).end(1).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(cancelled("1", "1").at(30).error(1, 1).end(1).judge(check).outcome, Outcome::kHeld);
  const Judgement open = cancelled("1", "1").at(6000).mark("x", "").judge(check);
  ASSERT_EQ(open.outcome, Outcome::kBroken);
  EXPECT_EQ(open.findings.front().level, Level::kShould);
  EXPECT_EQ(cancelled("1", "1").at(900).mark("x", "").judge(check).outcome,
            Outcome::kInconclusive);
  EXPECT_EQ(cancelled("1", "1", 400).at(6000).mark("x", "").judge(check).outcome,
            Outcome::kNotApplicable);
  EXPECT_EQ(cancelled("1", "\"1\"").at(6000).mark("x", "").judge(check).outcome,
            Outcome::kInconclusive);
}

TEST(NothingForCancelled, ALateResultIsAShouldUnlessItCrossedTheCancel) {
  const Check check = nothing_for_cancelled(req::kNoAnswerAfterCancel);
  const Judgement late = cancelled("0", "0").at(300).result(1, 0).end(1).judge(check);
  ASSERT_EQ(late.outcome, Outcome::kBroken);
  EXPECT_EQ(late.findings.front().level, Level::kShould);
  EXPECT_EQ(cancelled("0", "0").at(60).result(1, 0).end(1).judge(check).outcome,
            Outcome::kNotApplicable);
  EXPECT_EQ(cancelled("0", "0").at(300).error(1, 0).end(1).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(cancelled("0", "0").at(300).end(1).judge(check).outcome, Outcome::kHeld);
}

// It comes on a connection of its own: a server that was not reading may see it before the call.
TEST(NothingForCancelled, ACancelMayOvertakeItsCallAtABusyServer) {
  const auto answered_at = [](double head, double accepted) {
    Story story;
    story.open(1).post(1, R"({"jsonrpc":"2.0","id":0,"method":"tools/call"})",
                       "Mcp-Session-Id: s\r\n");
    if (head < 50) story.at(head).sse_head(1);
    story.at(50).open(2).post(
        2, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":0}})",
        "Mcp-Session-Id: s\r\n");
    story.at(accepted).plain(2, 202);
    if (head >= 50) story.at(head).sse_head(1);
    story.at(500).result(1, 0).end(1);
    return story.judge(nothing_for_cancelled(req::kNoAnswerAfterCancel)).outcome;
  };
  EXPECT_EQ(answered_at(2, 120), Outcome::kBroken);
  EXPECT_EQ(answered_at(499, 52), Outcome::kBroken);  // A head that comes with the first event.
  EXPECT_EQ(answered_at(122, 120), Outcome::kInconclusive);
}

Story afterwards() {
  Story story;
  story.open(1).mark(kMarkAfterwards, "a test").at(5).call(1, 3);
  return story;
}

TEST(StillServes, ALostSessionIsHarmWhateverStandsInThe404) {
  Story story;
  story.open(1).mark(kMarkAfterwards, "a test").at(5);
  story.call(1, 3, "tools/call", "Mcp-Session-Id: s\r\n");
  story.from_server(1, "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"
                       "Content-Length: 68\r\n\r\n"
                       R"({"jsonrpc":"2.0","id":3,"error":{"code":-32001,"message":"no such"}})");
  const Judgement lost = story.judge(still_serves(req::kOneResponse));
  ASSERT_EQ(lost.outcome, Outcome::kBroken);
  EXPECT_EQ(lost.findings.front().harm, "harm.request_refused");
}

TEST(StillServes, ARefusalAndSilenceAreHarm) {
  const Check check = still_serves(req::kOneResponse);
  EXPECT_EQ(afterwards().sse_head(1).result(1, 3).end(1).judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(afterwards().plain(1, 404).judge(check).findings.front().harm, "harm.request_refused");
  EXPECT_EQ(afterwards().sse_head(1).end(1).judge(check).findings.front().harm,
            "harm.answer_lost");
  EXPECT_EQ(afterwards().at(6000).mark("x", "").judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(afterwards().at(900).mark("x", "").judge(check).outcome, Outcome::kInconclusive);
  Story overslept = afterwards();
  overslept.at(6000).tell(WindowEnded{"answer_window", Millis(5000), Millis(5900)});
  EXPECT_EQ(overslept.judge(check).outcome, Outcome::kInconclusive);
  Story a_little = afterwards();  // 5500 are more than are needed by 500.
  a_little.at(6000).tell(WindowEnded{"answer_window", Millis(5500), Millis(5900)});
  EXPECT_EQ(a_little.judge(check).outcome, Outcome::kBroken);
  Story stamped = afterwards();  // Before the request was, which another thread recorded.
  stamped.at(5503).tell(WindowEnded{"answer_window", Millis(5500), Millis(5500)});
  stamped.at(7000).tell(WindowEnded{"end_window", Millis(400), Millis(900)});
  EXPECT_EQ(stamped.judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(Story().judge(check).outcome, Outcome::kInconclusive);
}

TEST(StillServes, AnAnswerThatCameOnlyAfterTheWatchIsTooLate) {
  const Check check = still_serves(req::kOneResponse);
  Story released = afterwards();
  released.at(5600).sse_head(1).result(1, 3).end(1);
  EXPECT_EQ(released.judge(check).findings.front().harm, "harm.answer_lost");
  Story overslept = afterwards();
  overslept.at(5600).tell(WindowEnded{"answer_window", Millis(4000), Millis(5595)});
  overslept.sse_head(1).result(1, 3).end(1);
  EXPECT_EQ(overslept.judge(check).outcome, Outcome::kHeld) << "the time may have been ours";
}

TEST(EqualIds, AHangIsANoteARefusalIsFine) {
  const Check check = equal_id_does_not_hang();
  const auto twice = [] {
    Story story;
    story.open(1).call(1, 9).sse_head(1).open(2).call(2, 9, "ping");
    return story;
  };
  EXPECT_EQ(twice().plain(2, 400).result(1, 9).end(1).judge(check).outcome, Outcome::kHeld);
  Story hangs = twice();
  hangs.sse_head(2).result(2, 9).end(2).at(6000).mark("x", "");
  EXPECT_EQ(hangs.judge(check).outcome, Outcome::kHeld);
  EXPECT_EQ(hangs.judge(check).findings.front().level, Level::kNote);
}

Story initialize(const std::string& answer, const std::string& session) {
  Story story;
  story.open(1).post(1, R"({"jsonrpc":"2.0","id":1,"method":"initialize",)"
                        R"("params":{"protocolVersion":"1999-01-01"}})");
  const std::string body = R"({"jsonrpc":"2.0","id":1,)" + answer + "}";
  story.json(1, body, 200, session);
  return story;
}

// One id is in flight in two sessions, and the cancel comes in the first.
TEST(Cancel, EndsTheCallOfItsOwnSession) {
  const std::string one = "Mcp-Session-Id: one\r\n", two = "Mcp-Session-Id: two\r\n";
  const auto told = [&](int id, bool answered, bool serves = true) {
    Story story;
    if (serves) story.at(0).open(4).call(4, 1, "ping", two).sse_head(4).result(4, 1).end(4);
    story.at(0).open(1).call(1, 7, "tools/call", one).sse_head(1);
    story.open(2).call(2, id, "tools/call", two).sse_head(2);
    story.at(20).open(3);
    story.post(
        3, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})", one);
    story.plain(3, 202).at(25).end(1).at(30);
    if (answered) story.result(2, id);
    return story.end(2).judge(cancel_spares_other_calls());
  };
  EXPECT_EQ(told(7, true).outcome, Outcome::kHeld);
  EXPECT_EQ(told(8, false).outcome, Outcome::kNotApplicable) << "its id was not named";
  ASSERT_EQ(told(7, false).outcome, Outcome::kBroken);
  EXPECT_EQ(told(7, false).findings.front().level, Level::kHarm);
  EXPECT_EQ(told(7, false, false).outcome, Outcome::kInconclusive) << "nobody is ever answered";
}

// What goes to the stream of another session is missing in its own.
TEST(Cancel, ThatHitsTheSameIdElsewhereIsNoEndOfItsSession) {
  const std::string one = "Mcp-Session-Id: one\r\n", two = "Mcp-Session-Id: two\r\n";
  Story story;
  story.at(0).open(4).call(4, 1, "ping", two).sse_head(4).result(4, 1).end(4);
  story.open(1).call(1, 7, "tools/call", one).sse_head(1);
  story.open(2).call(2, 7, "tools/call", two).sse_head(2).at(20).open(3);
  story.post(
      3, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})", one);
  story.plain(3, 202).at(25).error(2, 7).end(2).open(5).call(5, 8, "ping", one).sse_head(5).end(5);
  const Judgement judgement = story.judge(cancel_spares_other_calls());
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_TRUE(judgement.findings.front().likely_cause.starts_with(
      "the call is looked up by its id alone"));
}

// mcp-go cancels the wrong call, and tells of it before it tells that it took the cancel.
TEST(Cancel, MayHitBeforeItIsAccepted) {
  const std::string one = "Mcp-Session-Id: one\r\n";
  const auto told = [&](double failed_at) {
    Story story;
    story.at(0).open(4).call(4, 1, "ping", one).sse_head(4).result(4, 1).end(4);
    story.open(1).call(1, 7, "tools/call", one).sse_head(1);
    story.open(2).call(2, 8, "tools/call", one).sse_head(2).at(failed_at);
    if (failed_at < 20) story.error(2, 8).end(2);
    story.at(20).open(3).post(
        3, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})", one);
    if (failed_at > 20) story.at(failed_at).error(2, 8).end(2);
    return story.at(25).plain(3, 202).at(30).end(1).judge(cancel_spares_other_calls()).outcome;
  };
  EXPECT_EQ(told(22), Outcome::kBroken);
  EXPECT_EQ(told(10), Outcome::kNotApplicable) << "it had failed before";
}

TEST(Cancel, ThatEndsItsSessionIsNoMixUpOfIds) {
  const std::string one = "Mcp-Session-Id: one\r\n";
  const auto told = [&](bool answered) {
    Story story;
    story.at(0).open(4).call(4, 1, "ping", one).sse_head(4).result(4, 1).end(4);
    story.open(1).call(1, 7, "tools/call", one).sse_head(1).open(2);
    story.post(2, R"({"jsonrpc":"2.0","id":"7","method":"tools/call"})", one).sse_head(2);
    story.at(20).open(3);
    story.post(
        3, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7}})", one);
    story.plain(3, 202).at(25).end(1).at(30).end(2).at(40);
    story.open(5).call(5, 9, "ping", one).sse_head(5);
    if (answered) story.result(5, 9);
    const Judgement judgement = story.end(5).judge(cancel_spares_other_calls());
    return judgement.findings.empty() ? "" : judgement.findings.front().likely_cause;
  };
  EXPECT_NE(told(true).find("as text"), std::string::npos) << told(true);
  EXPECT_NE(told(false).find("ends its session"), std::string::npos) << told(false);
}

TEST(RefusedInitialize, LeavesNoSessionThatServes) {
  const Check check = refused_initialize_opens_no_session();
  const std::string error = R"("error":{"code":-32602,"message":"no"})";
  const std::string session = "Mcp-Session-Id: s\r\n";
  EXPECT_EQ(initialize(error, "").judge(check).outcome, Outcome::kHeld);
  Story gone = initialize(error, session);
  gone.call(1, 2, "ping", session).plain(1, 404);
  EXPECT_EQ(gone.judge(check).outcome, Outcome::kHeld);
  Story serves = initialize(error, session);
  serves.at(1).call(1, 2, "ping", session).sse_head(1).result(1, 2).end(1);
  EXPECT_EQ(serves.judge(check).findings.front().level, Level::kShould);
  EXPECT_EQ(initialize(R"("result":{"protocolVersion":"2025-11-25"})", session)
                .judge(check)
                .outcome,
            Outcome::kNotApplicable);
}

TEST(StillServes, BlamesNothingBeforeWhereNobodyIsEverAnswered) {
  Story story;
  story.open(1).call(1, 1, "initialize").sse_head(1).result(1, 1).end(1);
  story.mark(kMarkAfterwards, "requests were refused").call(1, 2).sse_head(1).end(1);
  const auto ended = story.judge(still_serves(req::kOneResponse));
  ASSERT_EQ(ended.outcome, Outcome::kBroken);
  EXPECT_TRUE(ended.findings.front().likely_cause.starts_with("the stream is ended by another"));
  Story silent;
  silent.open(1).call(1, 1, "initialize").sse_head(1).result(1, 1).end(1);
  silent.mark(kMarkAfterwards, "requests were refused").call(1, 2).at(6000).mark("x", "");
  const auto dropped = silent.judge(still_serves(req::kOneResponse));
  ASSERT_EQ(dropped.outcome, Outcome::kBroken);
  EXPECT_TRUE(dropped.findings.front().likely_cause.starts_with("responses are dropped"));
}

TEST(OffersOtherRevision, AnEchoIsMustAndARefusalIsTolerated) {
  const Check check = offers_other_revision(req::kOffersOtherRevision);
  const auto answered = [&](const std::string& answer) {
    return initialize(answer, "").judge(check);
  };
  EXPECT_EQ(answered(R"("result":{"protocolVersion":"2025-11-25"})").outcome, Outcome::kHeld);
  EXPECT_EQ(answered(R"("result":{"protocolVersion":"1999-01-01"})").findings.front().level,
            Level::kMust);
  EXPECT_EQ(answered(R"("error":{"code":-32602,"message":"no"})").outcome,
            Outcome::kNotApplicable);
}

// It says nothing of what came before (RFC 6585, 4).
TEST(StillServes, ARefusalForNowIsNone) {
  const auto asked = [](int status, const std::string& headers) {
    Story story;
    story.open(1).mark(kMarkAfterwards, "x").at(5).call(1, 1).plain(1, status, headers);
    return story.judge(still_serves(req::kOneResponse)).outcome;
  };
  EXPECT_EQ(asked(429, ""), Outcome::kInconclusive);
  EXPECT_EQ(asked(503, "Retry-After: 1\r\n"), Outcome::kInconclusive);
  EXPECT_EQ(asked(503, ""), Outcome::kBroken);
  EXPECT_EQ(asked(500, "Retry-After: 1\r\n"), Outcome::kBroken);
}

TEST(Silence, IsNotToldByAScriptThatOverslept) {
  const auto silent = [](Nanos took, double until) {
    Story story;
    story.open(1).call(1, 1).at(until).tell(WindowEnded{"watch", kServed, took}).mark("x", "");
    return silent_for(story.timeline(), story.timeline().exchanges.front());
  };
  const double served = static_cast<double>(kServed.count());
  EXPECT_EQ(silent(kServed, served), std::optional<Nanos>(kServed));
  EXPECT_FALSE(silent(Millis(1) + Nanos(kServed) * 3, served)) << "it was not looked at meanwhile";
  EXPECT_FALSE(silent(kServed, served - 1));
}

}  // namespace
}  // namespace tailrace
