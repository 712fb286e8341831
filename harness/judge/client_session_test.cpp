// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "harness/judge/calls.h"
#include "harness/judge/client_headers.h"
#include "harness/judge/client_requests.h"
#include "harness/judge/leaving.h"
#include "harness/judge/resume.h"
#include "harness/judge/story.h"
#include "harness/record/marks.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

const std::string kSession = "Mcp-Session-Id: one\r\n";
const std::string kVersion = "MCP-Protocol-Version: 2025-11-25\r\n";
const std::string kAccept = "Accept: application/json, text/event-stream\r\n";

Story begun() {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000").mark(kMarkCloses, "yes");
  story.open(1, Side::kServer).call(1, 1, "initialize", kAccept).plain(1, 200, kSession);
  return std::move(story.at(1));
}

ProcessLine line(int call, const std::string& outcome) {
  return {fmt::format(R"({{"call":{},"outcome":"{}"}})", call, outcome)};
}

TEST(RequestsSay, EachMissingHeaderBreaksItsOwnRule) {
  const Check check = requests_say_what_they_must(req::kNamesItsSession, req::kNamesItsRevision,
                                                  req::kAcceptsBothForms);
  const auto said = [&](const std::string& headers, const std::string& revision = "2025-11-25") {
    Story story = begun();
    story.call(1, 2, "tools/call", headers).plain(1, 200);
    const Judgement judgement = story.judge(check, revision);
    return judgement.findings.empty() ? "" : judgement.findings.front().requirements.front();
  };
  EXPECT_EQ(said(kSession + kVersion + kAccept), "");
  EXPECT_EQ(said(kVersion + kAccept), "SH-SESS-05");
  EXPECT_EQ(said("Mcp-Session-Id: two\r\n" + kVersion + kAccept), "SH-SESS-05");
  EXPECT_EQ(said(kSession + kAccept), "SH-VER-01");
  EXPECT_EQ(said(kSession + kAccept, "2025-03-26"), "");
  EXPECT_EQ(said(kSession + kVersion + "Accept: application/json\r\n"), "SH-POST-03");
  const std::string in_two = "Accept: Text/Event-Stream\r\nAccept: application/json\r\n";
  EXPECT_EQ(said(kSession + kVersion + in_two), "");
  Story range = begun();
  range.call(1, 2, "tools/call", kSession + kVersion + "Accept: */*\r\n").plain(1, 200);
  ASSERT_EQ(range.judge(check).findings.size(), 1U);
  EXPECT_EQ(range.judge(check).findings.front().level, Level::kShould);
  EXPECT_EQ(begun().judge(check).outcome, Outcome::kInconclusive);
}

TEST(RequestsSay, NoRevisionWhereOneWithoutThatHeaderWasAgreedOn) {
  const Check check = requests_say_what_they_must(Rule{}, req::kNamesItsRevision, Rule{});
  const auto agreed_on = [&](const std::string& revision) {
    Story story;
    story.open(1, Side::kServer).call(1, 1, "initialize").sse_head(1);
    story.event(1, R"({"jsonrpc":"2.0","id":1,"result":{"protocolVersion":")" + revision + "\"}}");
    story.end(1).at(2).call(1, 2).plain(1, 200);
    return story.judge(check).outcome;
  };
  EXPECT_EQ(agreed_on("2025-06-18"), Outcome::kBroken);
  EXPECT_EQ(agreed_on("2025-03-26"), Outcome::kHeld);
}

TEST(RequestsSay, AHeadWhoseMessageNeverCameIsOfAnySession) {
  Story story = begun();
  story.from_client(1, "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n");
  const Check check = requests_say_what_they_must(req::kNamesItsSession, req::kNamesItsRevision,
                                                  req::kAcceptsBothForms);
  EXPECT_EQ(story.judge(check).outcome, Outcome::kInconclusive);
}

TEST(RequestsSay, AnIdThatWasNamedBeforeIsForgotten) {
  const Check check = requests_say_what_they_must(req::kNamesItsSession, Rule{}, Rule{});
  const auto cause = [&](const std::string& first) {
    Story story = begun();
    story.call(1, 2, "tools/call", first).plain(1, 500).call(1, 3, "tools/call");
    return story.judge(check).findings.front().likely_cause;
  };
  EXPECT_NE(cause(kSession).find("forgotten"), std::string::npos);
  EXPECT_EQ(cause("").find("forgotten"), std::string::npos);
  Story stray = begun();
  stray.call(1, 2, "tools/call", kSession).plain(1, 200).call(1, 3, "tools/call").plain(1, 200);
  stray.at(2).call(1, 4, "tools/call", kSession);
  EXPECT_EQ(stray.judge(check).findings.front().likely_cause.find("forgotten"), std::string::npos);
}

TEST(RequestsSay, ALostOrForeignSessionIsToldAsSuch) {
  const Check check = requests_say_what_they_must(req::kNamesItsSession, Rule{}, Rule{});
  const auto erased = [&](const std::string& session) {
    Story story = begun();
    story.call(1, 2, "tools/call", kSession).plain(1, 404).at(2);
    story.call(1, 3, "initialize").plain(1, 200, "Mcp-Session-Id: two\r\n").at(3);
    story.from_client(1, "DELETE /mcp HTTP/1.1\r\nHost: a\r\nMcp-Session-Id: " + session +
                             "\r\n\r\n");
    return story.judge(check);
  };
  EXPECT_EQ(erased("two").outcome, Outcome::kHeld);
  ASSERT_EQ(erased("one").outcome, Outcome::kBroken);
  EXPECT_NE(erased("one").findings.front().observed.find("lost by 404"), std::string::npos);
  EXPECT_NE(erased("six").findings.front().observed.find("never gave"), std::string::npos);
  EXPECT_EQ(erased("six").findings.front().level, Level::kMust);
}

TEST(RequestsSay, AGetOfASessionThatNeverOpenedMayComeLate) {
  const Check check = requests_say_what_they_must(req::kNamesItsSession, Rule{}, Rule{});
  Story story;
  story.open(1).call(1, 1, "initialize").plain(1, 503).at(1);
  story.call(1, 2, "initialize").plain(1, 200, "Mcp-Session-Id: two\r\n").at(2);
  story.call(1, 3, "tools/call", "Mcp-Session-Id: two\r\n").plain(1, 200).at(3);
  const std::string nameless = "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n";
  story.from_client(1, nameless).plain(1, 405).at(4);
  EXPECT_EQ(story.judge(check).outcome, Outcome::kHeld);
  story.from_client(1, nameless);
  EXPECT_EQ(story.judge(check).outcome, Outcome::kBroken) << "one for each";
}

TEST(StartsAnew, TheOldIdAfter404IsMust) {
  const Check check = starts_anew_after_404(req::kStartsAnewAfter404);
  const auto lost = [] {
    Story story = begun();
    story.call(1, 2, "tools/call", kSession).plain(1, 404).at(2);
    return story;
  };
  EXPECT_EQ(lost().judge(check).outcome, Outcome::kNotApplicable);
  Story kept = lost();
  kept.call(1, 3, "tools/call", kSession);
  ASSERT_EQ(kept.judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(kept.judge(check).findings.front().level, Level::kMust);
  Story anew = lost();
  anew.call(1, 3, "initialize").plain(1, 200, "Mcp-Session-Id: two\r\n");
  EXPECT_EQ(anew.judge(check).outcome, Outcome::kHeld);
}

TEST(StartsAnew, WhatWasOnItsWayBesideTheCallIsSpared) {
  const Check check = starts_anew_after_404(req::kStartsAnewAfter404);
  Story story = begun();
  story.call(1, 2, "tools/call", kSession).plain(1, 404).at(2).open(2, Side::kServer);
  story.post(2, R"({"jsonrpc":"2.0","method":"notifications/initialized"})", kSession);
  EXPECT_EQ(story.judge(check).outcome, Outcome::kNotApplicable);
  story.call(2, 3, "tools/call", kSession);
  EXPECT_EQ(story.judge(check).outcome, Outcome::kBroken) << "a call of a script waits";
}

// Java's deletes the session that it lost, which may come when the next one is open, and that one.
TEST(RequestsSay, ADeleteIsOfTheSessionThatItNames) {
  const Check check = requests_say_what_they_must(req::kNamesItsSession, Rule{}, Rule{});
  Story story = begun();
  story.call(1, 2, "tools/call", kSession).plain(1, 404).at(2);
  story.call(1, 3, "initialize").plain(1, 200, "Mcp-Session-Id: two\r\n").at(3);
  for (const char* session : {"one", "two"}) {
    story.from_client(1, std::string("DELETE /mcp HTTP/1.1\r\nHost: a\r\nMcp-Session-Id: ") +
                             session + "\r\n\r\n");
  }
  EXPECT_EQ(story.judge(check).outcome, Outcome::kHeld);
}

TEST(Pings, AreAnsweredOnce) {
  const Check check = server_pings_are_answered(req::kPingIsAnswered);
  for (const bool taken : {true, false}) {  // A first attempt may meet the end of its connection.
    Story story = begun();
    story.call(1, 2).sse_head(1).event(1, R"({"jsonrpc":"2.0","id":2,"method":"ping"})");
    story.open(2, Side::kServer).post(2, R"({"jsonrpc":"2.0","id":2,"result":{}})").plain(2, 202);
    story.open(3, Side::kServer).post(3, R"({"jsonrpc":"2.0","id":2,"result":{}})");
    if (taken) story.plain(3, 202);
    EXPECT_EQ(story.judge(check).outcome, taken ? Outcome::kBroken : Outcome::kHeld);
  }
}

TEST(Pings, SilenceOfAClientThatLivesIsMust) {
  const Check check = server_pings_are_answered(req::kPingIsAnswered);
  const auto pinged = [] {
    Story story = begun();
    story.call(1, 2).sse_head(1).event(1, R"({"jsonrpc":"2.0","id":2,"method":"ping"})");
    return story;
  };
  Story answered = pinged();
  answered.open(2, Side::kServer).post(2, R"({"jsonrpc":"2.0","id":2,"result":{}})");
  EXPECT_EQ(answered.judge(check).outcome, Outcome::kHeld);
  Story silent = pinged();
  EXPECT_EQ(silent.judge(check).outcome, Outcome::kInconclusive);
  silent.at(2000).mark("x", "");
  EXPECT_EQ(silent.judge(check).outcome, Outcome::kInconclusive) << "it may be slow";
  silent.at(5500).mark("x", "");
  EXPECT_EQ(silent.judge(check).findings.front().level, Level::kMust);
}

// Python's client closes each stream behind its response, and lives on.
TEST(Pings, AreOwedByAClientThatClosesTheStreamAndLivesOn) {
  const Check check = server_pings_are_answered(req::kPingIsAnswered);
  const auto left = [&](double next_call) {
    Story story = begun();
    story.call(1, 2).sse_head(1).event(1, R"({"jsonrpc":"2.0","id":2,"method":"ping"})");
    story.result(1, 2).at(100).tell(PeerEnded{{1}, Ending::kFin});
    return story.at(next_call).open(2, Side::kServer).call(2, 3).judge(check).outcome;
  };
  EXPECT_EQ(left(5500), Outcome::kBroken);
  EXPECT_EQ(left(2000), Outcome::kInconclusive) << "it may have gone";
}

TEST(SessionIsDeleted, OnlyWhereTheManifestSaysSo) {
  const Check check = session_is_deleted(req::kClientEndsSession);
  Story left = begun();
  left.call(1, 2).plain(1, 200).at(5).tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(left.judge(check).findings.front().level, Level::kShould);
  left.mark(kMarkCloses, "no");
  EXPECT_EQ(left.judge(check).outcome, Outcome::kNotApplicable);
  Story erased = begun();
  erased.from_client(1, "DELETE /mcp HTTP/1.1\r\nHost: a\r\n" + kSession + "\r\n");
  EXPECT_EQ(erased.judge(check).outcome, Outcome::kHeld);
  Story sessionless;
  sessionless.mark(kMarkContract, "calls").mark(kMarkCloses, "yes").open(1, Side::kServer);
  sessionless.call(1, 1, "initialize").plain(1, 200).call(1, 2).plain(1, 200);
  sessionless.tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(sessionless.judge(check).outcome, Outcome::kNotApplicable);
}

TEST(SessionIsDeleted, WhoNeverEndsIsAnotherChecksMatter) {
  const auto still_there = [](double ms) {
    Story story = begun();
    story.call(1, 2).plain(1, 200).at(5).tell(line(1, "result")).at(ms).mark("later", "");
    return story;
  };
  const Check check = session_is_deleted(req::kClientEndsSession);
  EXPECT_EQ(still_there(2000).judge(check).outcome, Outcome::kInconclusive);
  EXPECT_EQ(still_there(3500).judge(check).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(still_there(3500).judge(client_leaves()).findings.front().level, Level::kShould);
}

TEST(ClientLeaves, ThreeLimitsAfterItsLastCallAreTheMost) {
  const auto left_at = [](double ms, bool asked) {
    Story story = begun();
    story.call(1, 2).plain(1, 200).at(5).tell(line(1, "result"));
    return story.at(ms).tell(ProcessEnded{0, 0, asked}).judge(client_leaves());
  };
  EXPECT_EQ(left_at(2000, false).outcome, Outcome::kHeld);
  EXPECT_EQ(left_at(3500, false).findings.front().level, Level::kShould);  // Bounded, if late.
  EXPECT_EQ(left_at(3500, true).findings.front().level, Level::kShould);
  EXPECT_EQ(left_at(2000, true).outcome, Outcome::kInconclusive);
}

// Of a client whose adapter does not tell when its call returned: a DELETE after the answer does.
TEST(ClientLeaves, ADeleteAfterTheAnswerTellsThatTheCallReturned) {
  const auto erased_at = [](double erased) {
    Story story = begun();
    story.open(2, Side::kServer).call(1, 2, "tools/call", kSession);
    const std::string erase = "DELETE /mcp HTTP/1.1\r\nHost: a\r\n" + kSession + "\r\n";
    if (erased < 5) story.at(erased).from_client(2, erase);
    story.at(5).sse_head(1).result(1, 2).end(1);
    if (erased > 5) story.at(erased).from_client(2, erase);
    return story;
  };
  const auto left_at = [&](double erased, double ms) {
    return erased_at(erased).at(ms).tell(ProcessEnded{0, 0, false}).judge(client_leaves());
  };
  const auto still_there = [&](double erased) {
    return erased_at(erased).at(3500).mark("later", "").judge(client_leaves());
  };
  EXPECT_EQ(left_at(6, 2000).outcome, Outcome::kHeld);
  ASSERT_EQ(left_at(6, 3500).outcome, Outcome::kBroken);
  EXPECT_EQ(left_at(6, 3500).findings.front().level, Level::kShould);
  EXPECT_EQ(still_there(6).outcome, Outcome::kBroken);
  // It ended its session beside the call, which may have returned at its end.
  EXPECT_EQ(left_at(2, 3500).outcome, Outcome::kHeld);
  EXPECT_EQ(still_there(2).outcome, Outcome::kInconclusive);
}

TEST(TimedOutCall, IsCancelledByItsOwnId) {
  const Check check = timed_out_call_is_cancelled(req::kTimeOutCancels, req::kCancelsItsOwn);
  const auto timed_out = [] {
    Story story = begun();
    story.call(1, 2).sse_head(1).at(1001).tell(line(1, "limit"));
    return story;
  };
  const auto cancel = [](const std::string& id) {
    return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" + id +
           "}}";
  };
  EXPECT_EQ(timed_out().judge(check).findings.front().level, Level::kShould);
  Story own = timed_out();
  own.open(2, Side::kServer).post(2, cancel("2"));
  EXPECT_EQ(own.judge(check).outcome, Outcome::kHeld);
  Story other = timed_out();
  other.open(2, Side::kServer).post(2, cancel("\"2\""));
  EXPECT_EQ(other.judge(check).findings.front().level, Level::kMust);
  EXPECT_EQ(begun().judge(check).outcome, Outcome::kNotApplicable);
}

TEST(RefusedCalls, HangingIsHarmAndTheOwnLimitAShould) {
  const auto refused = [](double ms, const std::string& outcome) {
    Story story = begun();
    story.call(1, 2).plain(1, 500).at(ms).tell(line(1, outcome));
    return story;
  };
  EXPECT_EQ(refused(5, "error").judge(refused_calls_return()).outcome, Outcome::kHeld);
  EXPECT_EQ(refused(1001, "limit").judge(refused_calls_return()).findings.front().level,
            Level::kShould);
  EXPECT_EQ(refused(3500, "error").judge(refused_calls_return()).findings.front().harm,
            "harm.call_hangs");
  Story broken = refused(5, "error");
  broken.at(6).tell(line(2, "error"));
  EXPECT_EQ(broken.judge(refused_calls_return()).findings.front().level, Level::kShould);
  Story endless = begun();
  endless.call(1, 2).from_server(1, "HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n");
  endless.at(1001).tell(line(1, "limit"));
  EXPECT_EQ(endless.judge(refused_calls_return()).outcome, Outcome::kHeld);
}

TEST(RefusedCalls, CallsUnderAnIdThatWasUsedBeforeWereSentAllTheSame) {
  Story story = begun();
  story.call(1, 2).plain(1, 500).at(5).tell(line(1, "error"));
  story.call(1, 2).plain(1, 500).at(9).tell(line(2, "error"));
  EXPECT_EQ(story.judge(refused_calls_return()).outcome, Outcome::kHeld);
}

TEST(RefusedCalls, AProcessThatEndsBeforeItsLaterCallsIsWarned) {
  const auto ended = [](const char* calls) {
    Story story;
    story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
    story.mark(kMarkEnvironment, std::string(R"({"TAILRACE_CALLS":")") + calls + "\"}");
    story.at(1).open(1, Side::kServer).call(1, 1).plain(1, 400);
    story.at(5).tell(ProcessEnded{1, 0, false});
    return story.judge(refused_calls_return());
  };
  ASSERT_EQ(ended("2").outcome, Outcome::kBroken);
  EXPECT_EQ(ended("2").findings.front().level, Level::kShould);
  EXPECT_EQ(ended("1").outcome, Outcome::kHeld);
}

TEST(RefusedCalls, ACallThatIsRefusedBeforeItHasComeInFullIsACall) {
  const std::string begun = "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n{";
  const auto early = [&](double back, const std::string& outcome) {
    Story story;
    story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
    story.at(1).open(1, Side::kServer).from_client(1, begun).plain(1, 413);
    story.at(back).tell(ProcessLine{R"({"call":1,"outcome":")" + outcome + "\"}"});
    story.open(2, Side::kServer).call(2, 2).sse_head(2).result(2, 2).end(2);
    story.at(back + 1).tell(ProcessLine{R"({"call":2,"outcome":"result"})"});
    return story;
  };
  EXPECT_EQ(early(5, "error").judge(refused_calls_return()).outcome, Outcome::kHeld);
  EXPECT_EQ(early(5, "error").judge(call_returns_what_was_sent(Rule{})).outcome, Outcome::kHeld);
  EXPECT_EQ(early(1001, "limit").judge(refused_calls_return()).findings.front().level,
            Level::kShould);
  EXPECT_EQ(early(3500, "error").judge(refused_calls_return()).findings.front().harm,
            "harm.call_hangs");
  // The next one's upload did not come to its end within the call's time.
  Story slow = early(5, "error");
  slow.open(3, Side::kServer).from_client(3, begun);
  slow.at(1200).tell(ProcessLine{R"({"call":3,"outcome":"limit"})"});
  EXPECT_EQ(slow.judge(refused_calls_return()).outcome, Outcome::kHeld);
}

TEST(RefusedCalls, AnUploadThatALibrarySendsAnewIsTheSameCall) {
  const std::string begun = "POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n{";
  const auto sent_twice = [&](double first_told) {
    Story story;
    story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
    story.at(1).open(1, Side::kServer).from_client(1, begun).plain(1, 413);
    if (first_told < 4) story.at(first_told).tell(ProcessLine{R"({"call":1,"outcome":"error"})"});
    story.at(4).open(2, Side::kServer).call(2, 2).plain(2, 413);
    if (first_told > 4) story.at(first_told).tell(ProcessLine{R"({"call":1,"outcome":"error"})"});
    story.at(6).call(2, 3).sse_head(2).result(2, 3).end(2);
    story.at(7).tell(ProcessLine{R"({"call":2,"outcome":"result"})"});
    return story.judge(call_returns_what_was_sent(Rule{})).outcome;
  };
  EXPECT_EQ(sent_twice(5), Outcome::kHeld) << "call 2 is the third request";
  EXPECT_EQ(sent_twice(3), Outcome::kInconclusive) << "three calls, and nothing told of the third";
}

TEST(SilentGet, CallsGoOnBesideIt) {
  const Check check = calls_go_on_beside_silent_get();
  const auto listening = [] {
    Story story = begun();
    story.open(2, Side::kServer).from_client(2, "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n").at(2);
    return story;
  };
  Story calls = listening();
  calls.call(1, 2).plain(1, 200).at(5).tell(line(1, "result"));
  EXPECT_EQ(calls.judge(check).outcome, Outcome::kHeld);
  Story blocked = listening();
  EXPECT_EQ(blocked.at(500).mark("x", "").judge(check).outcome, Outcome::kInconclusive);
  EXPECT_EQ(blocked.at(4000).mark("x", "").judge(check).findings.front().harm, "harm.call_hangs");
  const auto left = [&](double ms, int status) {
    return listening().at(ms).tell(ProcessEnded{status, 0, false}).judge(check);
  };
  EXPECT_EQ(left(1000, 1).findings.front().level, Level::kShould) << "by its own limit";
  EXPECT_EQ(left(500, 1).outcome, Outcome::kInconclusive);
  EXPECT_EQ(left(1000, 0).outcome, Outcome::kInconclusive);
  EXPECT_EQ(begun().judge(check).outcome, Outcome::kNotApplicable);
}

}  // namespace
}  // namespace tailrace
