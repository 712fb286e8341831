// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/stateless_client.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "harness/judge/calls.h"
#include "harness/judge/client_headers.h"
#include "harness/judge/multi_round.h"
#include "harness/judge/resume.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

constexpr std::string_view kRevision = "2026-07-28";

Story calls(std::uint32_t connection = 1) {
  Story story;
  story.mark(kMarkCallLimit, "500").mark(kMarkRetry, "200");
  story.open(connection, Side::kServer).call(connection, 1);
  return story;
}

TEST(BrokenStream, AGetOrTheOldIdIsMustANewIdIsFine) {
  const Check check = broken_stream_is_not_resumed(req::kBrokenStreamIsLost);
  const auto cut = [] {
    Story story = calls();
    story.at(5).sse_head(1).end(1).at(10);
    return story;
  };
  EXPECT_EQ(cut().at(1500).mark("x", "").judge(check, kRevision).outcome, Outcome::kHeld);
  EXPECT_EQ(cut().call(1, 2).at(1500).mark("x", "").judge(check, kRevision).outcome,
            Outcome::kHeld);
  EXPECT_EQ(cut().at(50).mark("x", "").judge(check, kRevision).outcome, Outcome::kInconclusive);
  const Judgement again = cut().call(1, 1).judge(check, kRevision);
  ASSERT_EQ(again.outcome, Outcome::kBroken);
  EXPECT_EQ(again.findings.front().level, Level::kMust);
  const std::string get = "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(cut().from_client(1, get).judge(check, kRevision).outcome, Outcome::kBroken);
  EXPECT_EQ(calls().judge(check, kRevision).outcome, Outcome::kInconclusive);
}

TEST(BrokenStream, AnIdMayComeAgainInAnotherCall) {
  const Check check = broken_stream_is_not_resumed(req::kBrokenStreamIsLost);
  const auto after = [&](double told) {
    Story story = calls();
    story.at(5).sse_head(1).end(1).at(told).tell(ProcessLine{R"({"call":1,"outcome":"error"})"});
    story.at(20).call(1, 1).at(1500).mark("x", "");
    return story.judge(check, kRevision).outcome;
  };
  EXPECT_EQ(after(10), Outcome::kHeld) << "its caller had been told";
  EXPECT_EQ(after(30), Outcome::kBroken);
}

TEST(TimedOutStream, IsClosedAndNoOther) {
  const Check check = timed_out_stream_is_closed(req::kTimeOutClosesStream);
  const auto late = [] {
    Story story = calls();
    story.open(2, Side::kServer).call(2, 9, "subscriptions/listen").sse_head(2);
    story.at(500).tell(ProcessLine{R"({"call":1,"outcome":"limit"})"});
    return story;
  };
  const PeerEnded call{{1}, Ending::kFin}, other{{2}, Ending::kFin};
  EXPECT_EQ(late().at(510).tell(call).judge(check, kRevision).outcome, Outcome::kHeld);
  EXPECT_EQ(late().at(510).tell(call).tell(other).judge(check, kRevision).outcome,
            Outcome::kBroken);
  const Judgement open = late().at(1600).tell(call).judge(check, kRevision);
  ASSERT_EQ(open.outcome, Outcome::kBroken);
  EXPECT_EQ(open.findings.front().level, Level::kShould);
  EXPECT_EQ(late().judge(check, kRevision).outcome, Outcome::kInconclusive);
  EXPECT_EQ(calls().judge(check, kRevision).outcome, Outcome::kNotApplicable);
}

TEST(TimedOutStream, ASubscriptionThatWasLeftBeforeIsAnothersMatter) {
  const Check check = timed_out_stream_is_closed(req::kTimeOutClosesStream);
  const auto left = [&](double at) {
    Story story = calls();
    story.open(2, Side::kServer).call(2, 9, "subscriptions/listen").sse_head(2);
    story.at(at).tell(PeerEnded{{2}, Ending::kFin});
    story.at(500).tell(ProcessLine{R"({"call":1,"outcome":"limit"})"});
    return story.at(510).tell(PeerEnded{{1}, Ending::kFin}).judge(check, kRevision).outcome;
  };
  EXPECT_EQ(left(350), Outcome::kHeld);
  EXPECT_EQ(left(450), Outcome::kBroken);
}

TEST(TimedOutStream, WhoClosesHalfWithEachRequestHasLeftNothing) {
  const Check check = timed_out_stream_is_closed(req::kTimeOutClosesStream);
  const PeerEnded call{{1}, Ending::kFin}, other{{2}, Ending::kFin};
  Story both = calls();
  both.tell(call).open(2, Side::kServer).call(2, 9, "subscriptions/listen").tell(other).sse_head(2);
  both.at(500).tell(ProcessLine{R"({"call":1,"outcome":"limit"})"}).at(1600).mark("later", "");
  EXPECT_EQ(both.judge(check, kRevision).outcome, Outcome::kNotApplicable);
  Story one = calls();
  one.open(2, Side::kServer).call(2, 9, "subscriptions/listen").tell(other).sse_head(2);
  one.at(500).tell(ProcessLine{R"({"call":1,"outcome":"limit"})"}).at(510).tell(call);
  EXPECT_EQ(one.judge(check, kRevision).outcome, Outcome::kHeld);
}

std::string round_of(const std::string& id, const std::string& state, const std::string& key) {
  return R"({"jsonrpc":"2.0","id":)" + id +
         R"(,"method":"tools/call","params":{"inputResponses":{")" + key +
         R"(":{}},"requestState":")" + state + R"("}})";
}

TEST(InputIsGiven, UnderANewIdWithItsState) {
  const Check check = input_is_given(req::kInputIsGathered, req::kRoundHasNewId, req::kStateIsKept);
  const auto asked = [] {
    Story story;
    story.mark(kMarkCallLimit, "500").open(1, Side::kServer);
    story.post(1, R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"_meta":{)"
                  R"("io.modelcontextprotocol/clientCapabilities":{"elicitation":{}}}}})");
    story.sse_head(1).event(1, R"({"jsonrpc":"2.0","id":1,"result":{"resultType":)"
                               R"("input_required","requestState":"s","inputRequests":{"k":{}}}})");
    story.open(2, Side::kServer).at(5);
    return story;
  };
  EXPECT_EQ(asked().post(2, round_of("2", "s", "k")).judge(check, kRevision).outcome,
            Outcome::kHeld);
  for (const auto& wrong : {round_of("1", "s", "k"), round_of("2", "t", "k"),
                            round_of("2", "s", "j")}) {
    const Judgement judgement = asked().post(2, wrong).judge(check, kRevision);
    ASSERT_EQ(judgement.outcome, Outcome::kBroken) << wrong;
    EXPECT_EQ(judgement.findings.front().level, Level::kMust);
  }
  const auto cause = [&](const std::string& round) {
    return asked().post(2, round).judge(check, kRevision).findings.front().likely_cause;
  };
  EXPECT_NE(cause(round_of("2", "t", "k")).find("trimmed"), std::string::npos);
  EXPECT_NE(cause(round_of("2", "s", "j")).find("names of their own"), std::string::npos);
  EXPECT_NE(cause(R"({"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"inputResponses":{)"
                  R"("k":{}}}})")
                .find("answers alone"),
            std::string::npos);
  const auto twice = [&](const std::string& state) {
    Story story = asked();
    story.post(2, round_of("2", "s", "k")).sse_head(2);
    story.event(2, R"({"jsonrpc":"2.0","id":2,"result":{"resultType":"input_required",)"
                   R"("requestState":"t","inputRequests":{"k":{}}}})").end(2);
    return story.at(9).post(2, round_of("3", state, "k")).judge(check, kRevision);
  };
  EXPECT_EQ(twice("t").outcome, Outcome::kHeld);
  ASSERT_EQ(twice("s").outcome, Outcome::kBroken) << "that of the round before";
  EXPECT_NE(twice("s").findings.front().likely_cause.find("earlier round"), std::string::npos);
  EXPECT_EQ(asked().at(600).mark("x", "").judge(check, kRevision).outcome, Outcome::kBroken);
  EXPECT_EQ(asked().judge(check, kRevision).outcome, Outcome::kInconclusive);
  EXPECT_EQ(calls().judge(check, kRevision).outcome, Outcome::kInconclusive);
}

// A second round is asked for on a stream that stays open, so long after a call that may take
// 500 ms.
TEST(InputIsGiven, OnAnOpenStreamWhereTheCallHasTimeForIt) {
  const Check check = input_is_given_on_open_stream();
  const auto judged = [&](double asked_at) {
    Story story;
    story.mark(kMarkCallLimit, "500").mark(kMarkInputOnOpenStream, "").open(1, Side::kServer);
    story.post(1, round_of("1", "r", "j"));
    story.at(asked_at).sse_head(1).event(
        1, R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"input_required",)"
           R"("requestState":"s","inputRequests":{"k":{"method":"elicitation/create"}}}})");
    story.at(500).tell(ProcessLine{R"({"call":1,"outcome":"limit"})"}).at(1200).mark("x", "");
    return story.judge(check, kRevision).outcome;
  };
  EXPECT_EQ(judged(10), Outcome::kBroken);
  EXPECT_EQ(judged(300), Outcome::kInconclusive);
}

Story with_arguments(const std::string& first, const std::string& round) {
  const auto call = [](int id, const std::string& more) {
    return fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call",)"
                       R"("params":{{"name":"t"{}}}}})",
                       id, more);
  };
  Story story;
  story.open(1, Side::kServer).post(1, call(1, first));
  story.sse_head(1).event(1, R"({"jsonrpc":"2.0","id":1,"result":{"resultType":)"
                             R"("input_required","inputRequests":{"k":{}}}})");
  story.open(2, Side::kServer).at(5);
  story.post(2, call(2, R"(,"inputResponses":{"k":{}})" + round));
  return story;
}

TEST(Input, BelongsToTheSameCall) {
  const Check check = rounds_repeat_the_call(req::kInputIsGathered);
  const auto judged = [&](const std::string& first, const std::string& round) {
    return with_arguments(first, round).judge(check, kRevision);
  };
  const std::string both = R"(,"arguments":{"a":1,"b":{"c":[2]}})";
  EXPECT_EQ(judged(both, both).outcome, Outcome::kHeld);
  EXPECT_EQ(judged(both, R"(,"arguments":{"b":{"c":[2.0]},"a":1})").outcome, Outcome::kHeld);
  EXPECT_EQ(judged(both, R"(,"arguments":{"b":{"c":[2]},"a":1,"d":4})").outcome, Outcome::kHeld);
  EXPECT_EQ(judged(R"(,"arguments":{})", "").outcome, Outcome::kHeld);
  EXPECT_EQ(judged("", R"(,"arguments":{})").outcome, Outcome::kHeld);
  for (const char* lost : {"", R"(,"arguments":{"a":1})", R"(,"arguments":{"a":1,"b":{"c":[3]}})",
                           R"(,"arguments":{"a":"1","b":{"c":[2]}})"}) {
    const Judgement judgement = judged(both, lost);
    ASSERT_EQ(judgement.outcome, Outcome::kBroken) << lost;
    EXPECT_EQ(judgement.findings.front().level, Level::kMust);
  }
  EXPECT_EQ(calls().judge(check, kRevision).outcome, Outcome::kInconclusive);
}

// Calls one after the other, by what they bring; a result asks for input where one is given.
TEST(Input, OfOneCallDoesNotComeWithAnother) {
  const Check check = rounds_keep_to_their_calls(req::kStateIsOfOneCall, req::kNoStateWithoutOne);
  const auto judged = [&](const std::vector<std::array<std::string, 2>>& made) {
    Story story;
    story.open(1, Side::kServer);
    int id = 0;
    for (const auto& [brings, asks] : made) {
      story.post(1, fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"tools/call",)"
                                R"("params":{{"name":"t"{}}}}})", ++id, brings));
      story.sse_head(1).event(
          1, fmt::format(R"({{"jsonrpc":"2.0","id":{},"result":{{"resultType":"{}"{}}}}})", id,
                         asks.empty() ? "complete" : "input_required", asks));
      story.end(1);
    }
    return story.judge(check, kRevision).outcome;
  };
  const std::string state = R"(,"requestState":"s")", answers = R"(,"inputResponses":{})";
  const std::string asks = R"(,"inputRequests":{})", given = R"(,"inputResponses":{"a":{}})";
  EXPECT_EQ(judged({{"", asks + state}, {answers + state, ""}, {"", ""}}),
            Outcome::kNotApplicable);
  EXPECT_EQ(judged({{"", asks}, {answers, ""}}), Outcome::kInconclusive);
  EXPECT_EQ(judged({{"", asks}, {answers, ""}, {"", ""}}), Outcome::kHeld);
  EXPECT_EQ(judged({{"", asks}, {answers, ""}, {answers, ""}}), Outcome::kHeld) << "it is empty";
  EXPECT_EQ(judged({{"", asks + state}, {answers + state, ""}, {state, ""}}), Outcome::kBroken);
  EXPECT_EQ(judged({{"", asks + state}, {answers + state, ""}, {given, ""}}), Outcome::kBroken);
  EXPECT_EQ(judged({{"", asks}, {answers + state, ""}}), Outcome::kBroken);
  EXPECT_EQ(judged({{"", asks + state}, {"", ""}}), Outcome::kNotApplicable);
  EXPECT_EQ(judged({}), Outcome::kInconclusive);
}

Story listens(int count, double apart) {
  Story story;
  story.mark(kMarkCallLimit, "500").open(1, Side::kServer);
  for (int i = 0; i < count; ++i) {
    story.at(apart * i).post(1, fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":)"
                                            R"("subscriptions/listen","params":)"
                                            R"({{"notifications":{{}}}}}})", i));
    story.plain(1, 404);
  }
  return story;
}

TEST(Subscriptions, ElevenInTenSecondsAreAStorm) {
  const Check check = subscriptions_do_not_storm(req::kSubscriptionHasFilter);
  EXPECT_EQ(listens(11, 100).judge(check, kRevision).findings.front().harm, "harm.retry_storm");
  EXPECT_EQ(listens(11, 1100).judge(check, kRevision).outcome, Outcome::kHeld);
  EXPECT_EQ(listens(3, 1).judge(check, kRevision).outcome, Outcome::kHeld);
  EXPECT_EQ(listens(0, 1).judge(check, kRevision).outcome, Outcome::kNotApplicable);
  Story bare;
  bare.open(1, Side::kServer).call(1, 1, "subscriptions/listen");
  EXPECT_EQ(bare.judge(check, kRevision).findings.front().level, Level::kMust);
}

// Measured: each wait was 1.7 times the one before, and two were made longer by a busy machine.
TEST(Subscriptions, ThatComeSlowerOnABusyMachineAreNone) {
  Story story;
  story.mark(kMarkCallLimit, "500").open(1, Side::kServer);
  int id = 0;
  for (const double at : {0, 105, 192, 215, 232, 259, 305, 659, 857, 1070, 1441}) {
    story.at(at).post(1, fmt::format(R"({{"jsonrpc":"2.0","id":{},"method":"subscriptions/listen",)"
                                     R"("params":{{"notifications":{{}}}}}})", ++id));
    story.plain(1, 404);
  }
  story.at(1536).tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(story.judge(subscriptions_do_not_storm(req::kSubscriptionHasFilter), kRevision).outcome,
            Outcome::kHeld);
}

TEST(Subscriptions, HoldUpNoCall) {
  const Check check = calls_go_on_beside_subscription();
  EXPECT_EQ(listens(1, 1).at(5).call(1, 7).judge(check, kRevision).outcome, Outcome::kHeld);
  EXPECT_EQ(listens(1, 1).at(1600).mark("x", "").judge(check, kRevision).outcome,
            Outcome::kBroken);
  EXPECT_EQ(listens(1, 1).judge(check, kRevision).outcome, Outcome::kInconclusive);
  EXPECT_EQ(calls().judge(check, kRevision).outcome, Outcome::kNotApplicable);
}

TEST(Described, HeadersAndBodySayTheSame) {
  const Check check = requests_describe_themselves(
      {req::kVersionInEveryHeader, req::kVersionsAgree, req::kMethodInHeader, req::kNameInHeader,
       req::kMetaIsComplete});
  const std::string body =
      R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"t","_meta":{)"
      R"("io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
      R"("io.modelcontextprotocol/clientCapabilities":{}}}})";
  const std::string version = "MCP-Protocol-Version: 2026-07-28\r\n";
  const std::string method = "Mcp-Method: tools/call\r\n", name = "Mcp-Name: t\r\n";
  const auto judged = [&](const std::string& headers) {
    Story story;
    story.open(1, Side::kServer).post(1, body, headers);
    return story.judge(check, kRevision).outcome;
  };
  EXPECT_EQ(judged(version + method + name), Outcome::kHeld);
  EXPECT_EQ(judged(version + method + "Mcp-Name: =?base64?dA==?=\r\n"), Outcome::kHeld);
  EXPECT_EQ(judged(version + method + "Mcp-Name: =?base64?dQ==?=\r\n"), Outcome::kBroken);
  EXPECT_EQ(judged(method + name), Outcome::kBroken);
  EXPECT_EQ(judged(version + name), Outcome::kBroken);
  EXPECT_EQ(judged(version + method), Outcome::kBroken);
  EXPECT_EQ(judged("MCP-Protocol-Version: 2025-11-25\r\n" + method + name), Outcome::kBroken);
  EXPECT_EQ(calls().judge(check, kRevision).outcome, Outcome::kBroken);
  EXPECT_EQ(calls().judge(check, "2025-11-25").outcome, Outcome::kNotApplicable);
}

// A session that nobody opened is missed by nobody; both forms of an answer are, in every request.
TEST(Described, AcceptIsJudgedWithoutASession) {
  const Check check = requests_say_what_they_must(req::kNamesItsSession, req::kNamesItsRevision,
                                                  req::kAcceptsBothForms);
  const auto judged = [&](const std::string& accept) {
    Story story;
    story.open(1, Side::kServer).call(1, 1, "tools/call", accept).sse_head(1).result(1, 1).end(1);
    return story.judge(check, kRevision).outcome;
  };
  EXPECT_EQ(judged("Accept: application/json, text/event-stream\r\n"), Outcome::kHeld);
  EXPECT_EQ(judged("Accept: application/json\r\n"), Outcome::kBroken);
}

}  // namespace
}  // namespace tailrace
