// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/retention.h"

#include <gtest/gtest.h>

#include "harness/judge/resources.h"
#include "harness/judge/story.h"

namespace tailrace {
namespace {

// What was found of calls with a Result and of calls with an Error: their ids, other texts.
struct Found {
  std::int64_t results, results_meta, errors, errors_meta;
};

Judgement judged(const Found& found, int further = 3000, const std::string& why_not = "") {
  Story story;
  story.mark(kMarkedKind, "results").mark(kMarkedKind, "errors");
  story.mark(kFurtherCalls, std::to_string(further));
  story.tell(MemorySearched{1 << 20,
                            {{"results", found.results},
                             {"results_meta", found.results_meta},
                             {"errors", found.errors},
                             {"errors_meta", found.errors_meta}},
                            why_not});
  return story.judge(finished_calls_are_let_go());
}

TEST(Retention, IdsThatStayWhereOtherTextsGoAreKept) {
  const Judgement kept = judged({40, 4, 2, 3});
  ASSERT_EQ(kept.outcome, Outcome::kBroken);
  EXPECT_EQ(kept.findings.front().level, Level::kShould);
  const std::string& observed = kept.findings.front().observed;
  EXPECT_NE(observed.find("40 of 40 ids of results"), std::string::npos) << observed;
  EXPECT_NE(observed.find("2 of 40 ids of errors"), std::string::npos) << observed;
  EXPECT_NE(observed.find("at most 4 of 40"), std::string::npos) << observed;
}

TEST(Retention, WhatIsGoneOrOverwrittenInPartIsHeld) {
  EXPECT_EQ(judged({0, 0, 0, 0}).outcome, Outcome::kHeld);
  EXPECT_EQ(judged({14, 1, 5, 5}).outcome, Outcome::kHeld);
}

TEST(Retention, FreeMemoryThatIsNotWrittenOverTellsNothing) {
  EXPECT_EQ(judged({40, 40, 40, 39}).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(judged({40, 40, 40, 3}).outcome, Outcome::kBroken);  // Of the errors it does.
}

// A leak that holds the whole request looks as memory does that is not written over.
TEST(Retention, WholeRequestsThatStayAreNoPass) {
  const Judgement whole = judged({40, 40, 2, 3});
  EXPECT_EQ(whole.outcome, Outcome::kNotApplicable);
  EXPECT_NE(whole.reason.find("40 of 40 ids of results"), std::string::npos) << whole.reason;
  EXPECT_EQ(judged({20, 20, 2, 3}).outcome, Outcome::kHeld);
  EXPECT_EQ(judged({40, 40, 40, 3}).outcome, Outcome::kBroken);
}

// Where late cancels of the same time are gone, it is not memory that is not written over.
TEST(Retention, WholeRequestsThatStayWhereNoticesGoAreKept) {
  const auto with_notices = [](std::int64_t left, std::int64_t ids,
                               const std::string& kind = "results") {
    Story story;
    story.mark(kMarkedKind, kind).mark(kNoticesMade, std::to_string(kMarkedCalls));
    story.mark(kFurtherCalls, "3000");
    story.tell(MemorySearched{
        1 << 20, {{kind, ids}, {kind + "_meta", ids}, {"notices_meta", left}}, ""});
    return story.judge(finished_calls_are_let_go());
  };
  const Judgement kept = with_notices(2, 40);
  ASSERT_EQ(kept.outcome, Outcome::kBroken);
  const std::string& observed = kept.findings.front().observed;
  EXPECT_NE(observed.find("the requests are kept whole"), std::string::npos) << observed;
  EXPECT_EQ(with_notices(38, 40).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(with_notices(2, 25).outcome, Outcome::kNotApplicable);
  EXPECT_EQ(with_notices(2, 40, std::string(kAbortedCalls)).outcome, Outcome::kNotApplicable);
}

// Calls of sessions that go on are let go: it is no table by request id.
TEST(Retention, OfEndedSessionsAloneIsAnotherCause) {
  const auto cause_of = [](const std::string& kind) {
    Story story;
    story.mark(kMarkedKind, kind).mark(kFurtherCalls, "3000");
    story.tell(MemorySearched{1 << 20, {{kind, 40}, {kind + "_meta", 0}}, ""});
    const Judgement kept = story.judge(finished_calls_are_let_go());
    return kept.findings.empty() ? "" : kept.findings.front().likely_cause;
  };
  EXPECT_TRUE(cause_of(std::string(kEndedSessions)).starts_with("what belongs to a session"));
  EXPECT_TRUE(cause_of("results").starts_with("a table by request id"));
}

TEST(Retention, AServerMayRememberItsLastCalls) {
  EXPECT_EQ(judged({40, 0, 40, 0}, kFewestFurther - 1).outcome, Outcome::kInconclusive);
}

TEST(Retention, MemoryThatCannotBeReadIsNoVerdict) {
  EXPECT_EQ(judged({0, 0, 0, 0}, 3000, "its memory cannot be read").outcome,
            Outcome::kNotApplicable);
  EXPECT_EQ(Story().judge(finished_calls_are_let_go()).outcome, Outcome::kInconclusive);
}

// So many batches of 100 calls, each of which leaves 10 KiB.
Story growing(Collector collector, const std::string& event_id = "") {
  Story story;
  story.open(1).call(1, 3).sse_head(1).result(1, 3, event_id).end(1);
  story.mark(kCallsPerBatch, "100");
  for (int batch = 0; batch <= static_cast<int>(kStraightBatches); ++batch) {
    ProcessSampled sample{"batch " + std::to_string(batch), 0, 0, 0, 0, 0, 0, 0, collector, {}};
    sample.resident_bytes = (8 << 20) + batch * 1000 * 1024;
    story.tell(sample);
  }
  return story;
}

TEST(Retention, WhatHasNoCollectorNeedsNoReserveForIt) {
  const Check memory = memory_does_not_grow();
  EXPECT_EQ(growing(Collector::kNone).judge(memory).outcome, Outcome::kBroken);
  EXPECT_EQ(growing(Collector::kLazy).judge(memory).outcome, Outcome::kNotApplicable);
  // Events that can be replayed may be kept for some time, unless their session was ended.
  EXPECT_EQ(growing(Collector::kNone, "e1").judge(memory).outcome, Outcome::kNotApplicable);
  Story sessions = growing(Collector::kNone, "e1");
  EXPECT_EQ(sessions.mark(kBatchUnit, "session").judge(memory).outcome, Outcome::kBroken);
  Story forgets = growing(Collector::kNone, "e1");  // A resume of a call that is over is empty.
  EXPECT_EQ(forgets.mark(kNothingToReplay, "").judge(memory).outcome, Outcome::kBroken);
}

TEST(Retention, FewCallsOfASlowMachineMayFillAHeapForTheFirstTime) {
  const auto of_batches = [](const std::string& whole) {
    Story story = growing(Collector::kNone);
    return story.mark(kWholeBatch, whole).judge(memory_does_not_grow()).outcome;
  };
  EXPECT_EQ(of_batches("100"), Outcome::kBroken);
  EXPECT_EQ(of_batches("300"), Outcome::kBroken);
  EXPECT_EQ(of_batches("2000"), Outcome::kInconclusive);
}

}  // namespace
}  // namespace tailrace
