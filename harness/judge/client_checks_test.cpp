// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/leaving.h"
#include "harness/judge/resources.h"
#include "harness/judge/slope.h"
#include "harness/judge/resume.h"
#include "harness/judge/reuse.h"
#include "harness/judge/stall.h"
#include "harness/judge/story.h"
#include "suites/catalogue/requirements.h"

namespace tailrace {
namespace {

Story answered_call(const std::string& event_id) {
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000").mark(kMarkRetry, "100");
  story.at(1).open(1, Side::kServer).call(1, 1).sse_head(1).result(1, 1, event_id).end(1);
  return story;
}

Story& get(Story& story, const std::string& last_event_id) {
  return story.from_client(
      1, "GET /mcp HTTP/1.1\r\nHost: a\r\nLast-Event-ID: " + last_event_id + "\r\n\r\n");
}

TEST(DoesNotResume, ConvictsOnlyAnIdOfThatStream) {
  const Check check = does_not_resume_after(Final::kResult, req::kResumeAfterDisconnect);
  Story resumed = answered_call("a-1");
  get(resumed.at(120), "a-1");
  ASSERT_EQ(resumed.judge(check).outcome, Outcome::kBroken);
  EXPECT_EQ(resumed.judge(check).findings.front().level, Level::kShould);
  Story other = answered_call("a-1");
  get(other.at(120), "listening-1").at(2000).tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(other.judge(check).outcome, Outcome::kHeld);
  Story twice_issued = answered_call("a-1");
  twice_issued.call(1, 2).sse_head(1).result(1, 2, "a-1").end(1);
  get(twice_issued.at(120), "a-1").at(2000).tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(twice_issued.judge(check).outcome, Outcome::kHeld);
}

TEST(DoesNotResume, AClientThatLeftTooSoonIsNotCleared) {
  const Check check = does_not_resume_after(Final::kResult, req::kResumeAfterDisconnect);
  Story story = answered_call("a-1");
  story.at(500).tell(ProcessEnded{0, 0, false});
  EXPECT_EQ(story.judge(check).outcome, Outcome::kInconclusive);
  story.mark(kMarkContract, "conformance");
  EXPECT_EQ(story.judge(check).outcome, Outcome::kNotApplicable);
}

TEST(DoesNotReset, CountsOnlyResetsLongAfterTheBodyOfAClientThatGoesOn) {
  const Check check = does_not_reset_after_body(Rule{});
  const auto reset_at = [&](double ms, bool goes_on) {
    Story story = answered_call("");
    story.at(ms).tell(PeerEnded{{1}, Ending::kReset});
    if (goes_on) story.at(ms + 1).open(2, Side::kServer).call(2, 2);
    return story.judge(check).outcome;
  };
  EXPECT_EQ(reset_at(80, true), Outcome::kBroken);
  EXPECT_EQ(reset_at(20, true), Outcome::kHeld);
  EXPECT_EQ(reset_at(80, false), Outcome::kHeld);
}

TEST(ConnectionCarriesNextRequest, AForeignAnswerIsHarmAndNoReuseIsLegal) {
  const Check check = connection_carries_next_request(req::kAnswerCarriesId);
  Story wrong;
  wrong.open(1).call(1, 1).sse_head(1).result(1, 1).end(1);
  wrong.call(1, 2).sse_head(1).result(1, 1).end(1);
  EXPECT_EQ(wrong.judge(check).outcome, Outcome::kBroken);
  Story closed;
  closed.open(1).call(1, 1).sse_head(1).result(1, 1).end(1);
  EXPECT_EQ(closed.judge(check).outcome, Outcome::kNotApplicable);
}

TEST(ConnectionsDoNotPileUp, OnlyThoseOfFinishedCallsThatStayOpenCount) {
  const auto calls = [](std::uint32_t count, bool closed) {
    Story story;
    for (std::uint32_t i = 1; i <= count; ++i) {
      story.at(i * 10.0).open(i, Side::kServer).call(i, static_cast<int>(i));
      story.sse_head(i).result(i, static_cast<int>(i)).end(i);
      if (closed) story.at(i * 10.0 + 1).tell(PeerEnded{{i}, Ending::kFin});
    }
    return story.judge(connections_do_not_pile_up());
  };
  EXPECT_EQ(calls(60, false).findings.front().harm, "harm.sockets_grow");
  EXPECT_EQ(calls(60, true).outcome, Outcome::kHeld);
  EXPECT_EQ(calls(10, false).outcome, Outcome::kInconclusive);
}

TEST(ConnectionCarriesNextRequest, ARefusalMayHaveAnIdOfNobody) {
  for (const std::string id : {"null", "\"server-error\""}) {
    const std::string error =
        R"({"jsonrpc":"2.0","id":)" + id + R"(,"error":{"code":-32600,"message":"m"}})";
    Story story;
    story.open(1).call(1, 1).sse_head(1).result(1, 1).end(1).call(1, 2);
    story.from_server(1, "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
                         "Content-Length: " +
                             std::to_string(error.size()) + "\r\n\r\n" + error);
    EXPECT_EQ(story.judge(connection_carries_next_request(req::kAnswerCarriesId)).outcome,
              Outcome::kHeld)
        << id;
  }
}

TEST(ConnectionCarriesNextRequest, DroppedRequestsAreHarmAndARaceIsNot) {
  const Check check = connection_carries_next_request(req::kAnswerCarriesId);
  const auto dropped = [&](std::uint32_t times, double idle, Ending how, double longer = 3) {
    Story story;
    for (std::uint32_t i = 1; i <= times; ++i) {
      const double begun = i * 10000.0;
      story.at(begun).open(i).call(i, 1).sse_head(i).result(i, 1).end(i);
      story.at(begun + idle + i * longer).call(i, 2).tell(PeerEnded{{i}, how});
    }
    return story.judge(check);
  };
  EXPECT_NE(dropped(1, 20, Ending::kReset).outcome, Outcome::kBroken);
  EXPECT_NE(dropped(4, 1, Ending::kReset, 0.5).outcome, Outcome::kBroken);
  EXPECT_NE(dropped(4, 20, Ending::kReset, 0).outcome, Outcome::kBroken) << "a timer of 20 ms";
  EXPECT_NE(dropped(4, 5000, Ending::kReset).outcome, Outcome::kBroken) << "its idle time was over";
  EXPECT_EQ(dropped(4, 20, Ending::kFin).outcome, Outcome::kBroken);
  ASSERT_EQ(dropped(4, 20, Ending::kReset).outcome, Outcome::kBroken);
  EXPECT_EQ(dropped(4, 20, Ending::kReset).findings.front().harm, "harm.answer_lost");
}

TEST(CallReturns, ByItsLineItsNextRequestOrNotAtAll) {
  const Check check = call_returns_without_terminator();
  const auto open_call = [] {
    Story story;
    story.mark(kMarkCallLimit, "1000");
    story.at(1).open(1, Side::kServer).call(1, 1).sse_head(1).result(1, 1);
    return story;
  };
  Story told = open_call();
  told.at(5).tell(ProcessLine{R"({"call":1,"outcome":"result","ms":4})"});
  EXPECT_EQ(told.judge(check).outcome, Outcome::kHeld);
  Story lost = open_call();
  lost.at(1002).tell(ProcessLine{R"({"call":1,"outcome":"limit","ms":1001})"});
  ASSERT_EQ(lost.judge(check).outcome, Outcome::kBroken) << "its response had come long before";
  EXPECT_EQ(lost.judge(check).findings.front().level, Level::kShould);
  Story late;
  late.mark(kMarkCallLimit, "1000").at(1).open(1, Side::kServer).call(1, 1).sse_head(1);
  late.at(900).result(1, 1).at(1002).tell(ProcessLine{R"({"call":1,"outcome":"limit"})"});
  EXPECT_EQ(late.judge(check).outcome, Outcome::kHeld) << "we were late";
  Story next = open_call();
  next.at(5).open(2, Side::kServer).call(2, 2);
  EXPECT_NE(next.judge(check).outcome, Outcome::kBroken);
  Story hangs = open_call();
  hangs.at(4000).mark("x", "");
  EXPECT_EQ(hangs.judge(check).findings.front().harm, "harm.call_hangs");
  Story too_short = open_call();
  too_short.at(500).mark("x", "");
  EXPECT_EQ(too_short.judge(check).outcome, Outcome::kInconclusive);
}

TEST(EarlyEnd, OnlyByItsLimitIsAShould) {
  const Check check = call_returns_after_early_end();
  const auto ended = [&](double ms, const std::string& outcome, double end = 1) {
    Story story;
    story.mark(kMarkCallLimit, "1000");
    story.at(1).open(1, Side::kServer).call(1, 1).sse_head(1).at(end).end(1);
    story.at(ms).tell(ProcessLine{R"({"call":1,"outcome":")" + outcome + "\"}"});
    return story.judge(check);
  };
  EXPECT_EQ(ended(5, "error").outcome, Outcome::kHeld);
  EXPECT_EQ(ended(1002, "limit").findings.front().level, Level::kShould);
  EXPECT_EQ(ended(3500, "error").findings.front().level, Level::kHarm);
  EXPECT_EQ(ended(1002, "limit", 900).outcome, Outcome::kInconclusive);  // We were late.
}

TEST(Slope, GrowsOnlyBeyondItsInterval) {
  EXPECT_TRUE(slope_of({0, 8, 16, 24, 32}).grows());
  EXPECT_FALSE(slope_of({5, 5, 5, 5, 5}).grows());
  EXPECT_FALSE(slope_of({5, 9, 4, 8, 6}).grows());
  EXPECT_FALSE(slope_of({8, 6, 4, 2}).grows());
  EXPECT_NEAR(slope_of({0, 8, 16, 24, 32}).per_batch, 8, 1e-9);
}

TEST(Resources, WithoutSamplesNothingIsJudged) {
  EXPECT_EQ(Story().judge(sockets_do_not_grow(Rule{})).outcome, Outcome::kInconclusive);
  Story two;
  two.tell(ProcessSampled{"batch 0", 5, 5, 0, 0, 0, 0, 0, {}, {}});
  EXPECT_EQ(two.judge(descriptors_do_not_grow(Rule{})).outcome, Outcome::kInconclusive);
  Story grows;
  for (int batch = 0; batch < 5; ++batch) {
    const std::string label = "batch " + std::to_string(batch);
    grows.tell(ProcessSampled{label, 0, 8 * batch, 0, 0, 0, 0, 0, {}, {}});
  }
  EXPECT_EQ(grows.judge(descriptors_do_not_grow(Rule{})).outcome, Outcome::kBroken);
}

// A busy machine closes a socket a little late.
TEST(Resources, OneOrTwoMoreAreNoLeak) {
  const auto after = [](const std::vector<std::int64_t>& files) {
    Story story;
    for (std::size_t batch = 0; batch < files.size(); ++batch) {
      story.tell(ProcessSampled{"batch " + std::to_string(batch), 0, files[batch], 0, 0, 0, 0, 0,
                                {}, {}});
    }
    return story.judge(descriptors_do_not_grow(Rule{})).outcome;
  };
  EXPECT_EQ(after({0, 0, 0, 0, 1, 1}), Outcome::kHeld);
  EXPECT_EQ(after({0, 0, 1, 1, 2, 2}), Outcome::kHeld);
  EXPECT_EQ(after({0, 1, 1, 2, 3, 3}), Outcome::kBroken);
}

Story batches(const std::vector<std::int64_t>& children, const std::vector<double>& mib) {
  Story story;
  story.mark(kCallsPerBatch, "100");
  for (std::size_t batch = 0; batch < std::max(children.size(), mib.size()); ++batch) {
    ProcessSampled sample{"batch " + std::to_string(batch), 0, 0, 0, 0, 0, 0, 0, {}, {}};
    if (batch < children.size()) sample.children = children[batch];
    if (batch < mib.size()) sample.resident_bytes = std::int64_t(mib[batch] * 1024 * 1024);
    story.tell(sample);
  }
  return story;
}

TEST(Resources, WhatIsGoneAtRestWasClosedLate) {
  const auto rested = [](std::int64_t children) {
    Story story = batches({0, 3, 6, 9, 12}, {});
    EXPECT_TRUE(counts_grow(story.timeline()));
    ProcessSampled rest{std::string(kAtRest), 0, 0, 0, 0, 0, 0, 0, {}, {}};
    rest.children = children;
    story.tell(rest);
    EXPECT_EQ(counts_grow(story.timeline()), children > 6);
    return story.judge(children_do_not_grow(Rule{})).outcome;
  };
  EXPECT_EQ(rested(0), Outcome::kHeld);
  EXPECT_EQ(rested(6), Outcome::kHeld);
  EXPECT_EQ(rested(12), Outcome::kBroken);
}

TEST(Resources, ChildrenThatStayAreHarm) {
  EXPECT_EQ(batches({0, 3, 6, 9, 12}, {}).judge(children_do_not_grow(Rule{})).findings.front().harm,
            "harm.children_grow");
  EXPECT_EQ(batches({0, 0, 0, 0, 0}, {}).judge(children_do_not_grow(Rule{})).outcome,
            Outcome::kHeld);
}

TEST(Resources, WhatACollectorClosesMaySettleLate) {
  const auto of_children = [](const std::vector<std::int64_t>& children, double mib_a_batch = 0) {
    std::vector<double> mib;
    for (std::size_t i = 0; i < children.size(); ++i) mib.push_back(10 + mib_a_batch * double(i));
    return batches(children, mib).judge(children_settle(Rule{})).outcome;
  };
  EXPECT_EQ(of_children({0, 40, 80, 120, 160, 200, 240}), Outcome::kBroken);
  EXPECT_EQ(of_children({0, 40, 80, 120, 160, 200, 240}, 10), Outcome::kInconclusive)
      << "a collector may not have run yet";
  EXPECT_EQ(of_children({0, 40, 80, 120, 160, 200, 240}, 50), Outcome::kBroken);
  EXPECT_EQ(of_children({0, 5, 10, 15, 20, 25, 30}), Outcome::kInconclusive);
  EXPECT_EQ(of_children({0, 40, 80, 120, 160, 20, 60}), Outcome::kHeld) << "given back once";
  // Descriptors of a JVM, as measured.
  EXPECT_EQ(of_children({118, 146, 206, 240, 240, 300, 332, 392, 392, 382, 442, 442, 442}),
            Outcome::kInconclusive)
      << "in one batch more was closed than opened";
  EXPECT_EQ(of_children({4, 4, 4, 4, 4, 4}), Outcome::kHeld);
  EXPECT_EQ(of_children({4, 4, 4, 4, 4}), Outcome::kInconclusive) << "too few to be called flat";
  EXPECT_EQ(of_children({}), Outcome::kInconclusive);
}

// Two connections of a client that we have left: those of its sockets that it still has.
TEST(Resources, SocketsOfAClientAreKnownByItsOwnEnd) {
  Story story;
  story.open(1, Side::kServer).tell(WeEnded{{1}, Ending::kFin, false});
  const Endpoint server = v4_endpoint({127, 0, 0, 1}, 80);
  for (int batch = 0; batch < 6; ++batch) {
    ProcessSampled sample{"batch " + std::to_string(batch), 0, 0, 0, 0, 0, 0, 0, {}, {}};
    for (int kept = 0; kept < 60 * batch; ++kept) {
      sample.sockets.push_back({v4_endpoint({127, 0, 0, 1}, 40001), server, "CLOSE_WAIT"});
    }
    sample.sockets.push_back({v4_endpoint({127, 0, 0, 1}, 40002), server, "ESTABLISHED"});
    story.at(batch + 1).tell(sample);
  }
  const Judgement judgement = story.judge(sockets_settle(Rule{}));
  ASSERT_EQ(judgement.outcome, Outcome::kBroken);
  EXPECT_EQ(judgement.findings.front().harm, "harm.sockets_grow");
  EXPECT_NE(judgement.findings.front().observed.find("a session"), std::string::npos);
}

Outcome of_memory(const std::vector<double>& mib) {
  return batches({}, mib).judge(memory_does_not_grow()).outcome;
}

TEST(Resources, MemoryIsJudgedByAPlateauOrBySteadyGrowthBeyondWhatACollectorKeeps) {
  std::vector<double> leak, warming;
  for (int batch = 0; batch < 16; ++batch) {
    leak.push_back(10 + 20 * batch);
    warming.push_back(300 - 290.0 / (1 << batch));
  }
  const Judgement leaks = batches({}, leak).judge(memory_does_not_grow());
  ASSERT_EQ(leaks.outcome, Outcome::kBroken);
  EXPECT_EQ(leaks.findings.front().level, Level::kShould);
  EXPECT_EQ(of_memory({leak.begin(), leak.begin() + 8}), Outcome::kInconclusive)
      << "not yet enough for a verdict";
  EXPECT_EQ(of_memory({leak.begin(), leak.begin() + 6}), Outcome::kNotApplicable)
      << "a heap may take as much before it is collected for the first time";
  EXPECT_EQ(of_memory({warming.begin(), warming.begin() + 7}), Outcome::kInconclusive);
  EXPECT_EQ(of_memory(warming), Outcome::kHeld);
  EXPECT_EQ(of_memory({10, 14, 14.2, 13.9, 14.4, 14.1, 14.3}), Outcome::kHeld);
  EXPECT_EQ(of_memory({80, 98, 110, 115, 121, 126, 131, 135, 135, 120, 120}), Outcome::kHeld)
      << "a collector gave it back";
  const Judgement few = batches({}, {10, 10, 10}).judge(memory_does_not_grow());
  EXPECT_EQ(few.outcome, Outcome::kInconclusive) << "too few to be called flat";
  EXPECT_TRUE(few.reason.starts_with("only 3 batches")) << few.reason;
  EXPECT_EQ(of_memory({}), Outcome::kInconclusive);
}

// A call without an answer, and one with the same id in another session.
Story called_twice(int first_status) {
  const auto session = [](const char* id) { return fmt::format("Mcp-Session-Id: {}\r\n", id); };
  Story story;
  story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
  story.at(1).open(1, Side::kServer).call(1, 1, "initialize").plain(1, 200, session("one"));
  story.at(2).call(1, 2, "tools/call", session("one"));
  if (first_status != 0) story.plain(1, first_status);
  story.at(5).open(2, Side::kServer).call(2, 1, "initialize").plain(2, 200, session("two"));
  return std::move(story.at(6).call(2, 2, "tools/call", session("two")).sse_head(2).result(2, 2));
}

TEST(CallsOf, IdsBeginAgainWithASession) {
  const Story timed_out = called_twice(0);
  const auto calls = calls_of(timed_out.timeline());
  ASSERT_EQ(calls.size(), 2U);
  EXPECT_EQ(calls.front().final, nullptr) << "the answer is the other session's";
  EXPECT_NE(calls.back().final, nullptr);
  const Story refused = called_twice(400);
  EXPECT_EQ(calls_of(refused.timeline()).size(), 2U);
}

TEST(CallsOf, WhatLostItsSessionIsAskedAgainInTheNext) {
  const Story lost = called_twice(404);
  const auto calls = calls_of(lost.timeline());
  ASSERT_EQ(calls.size(), 1U);
  EXPECT_NE(calls.front().final, nullptr);
}

// Be it in one session or in a new one each time.
TEST(CallsAreRepeated, InBoundsHoweverManySessionsAreBegunForThem) {
  for (const bool anew : {false, true}) {
    Story story;
    story.mark(kMarkContract, "calls").mark(kMarkCallLimit, "1000");
    for (std::uint32_t attempt = 0; attempt < 24; ++attempt) {
      const std::string session =
          fmt::format("Mcp-Session-Id: s{}\r\n", anew ? attempt : 0);
      story.at(20.0 * attempt).open(2 * attempt + 1, Side::kServer);
      story.call(2 * attempt + 1, 1, "initialize").plain(2 * attempt + 1, 200, session);
      story.open(2 * attempt + 2, Side::kServer).call(2 * attempt + 2, 2, "tools/call", session);
      story.tell(WeEnded{{2 * attempt + 2}, Ending::kReset});
    }
    const Judgement judgement = story.judge(calls_are_repeated_in_bounds());
    ASSERT_EQ(judgement.outcome, Outcome::kBroken) << anew;
    EXPECT_EQ(judgement.findings.front().harm, "harm.retry_storm");
  }
}

TEST(TimedOutCall, IsCancelledInItsOwnSession) {
  const Check check = timed_out_call_is_cancelled(req::kTimeOutCancels, Rule{});
  const auto cancelled = [&](const char* session) {
    Story story = called_twice(0);
    story.tell(ProcessLine{R"({"call":1,"outcome":"limit"})"}).open(3, Side::kServer);
    story.post(3, R"({"jsonrpc":"2.0","method":"notifications/cancelled",)"
                  R"("params":{"requestId":2}})",
               fmt::format("Mcp-Session-Id: {}\r\n", session));
    return story.judge(check).outcome;
  };
  EXPECT_EQ(cancelled("one"), Outcome::kHeld);
  EXPECT_EQ(cancelled("two"), Outcome::kBroken);
}

}  // namespace
}  // namespace tailrace
