// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/threads.h"

#include <gtest/gtest.h>

#include <functional>

#include "harness/judge/resources.h"
#include "harness/judge/story.h"

namespace tailrace {
namespace {

// As many threads after each of twelve batches.
Judgement after(const std::function<std::int64_t(int)>& batch, const char* calls = "200") {
  Story story;
  story.mark(kCallsPerBatch, calls);
  for (int i = 0; i < 12; ++i) {
    ProcessSampled sample{"batch " + std::to_string(i), 0, 0, 0, 0, 0, 0, 0, {}, {}};
    sample.threads = batch(i);
    story.at(100 * i).tell(sample);
  }
  return story.judge(threads_do_not_grow());
}

TEST(Threads, ThatStayAreHarm) {
  const Judgement judged = after([](int batch) { return 3 + 200 * batch; });
  ASSERT_EQ(judged.outcome, Outcome::kBroken);
  EXPECT_EQ(judged.findings.front().harm, "harm.threads_grow");
}

TEST(Threads, OfAPoolThatFillsAreNone) {
  EXPECT_EQ(after([](int) { return 12; }).outcome, Outcome::kHeld);
  EXPECT_EQ(after([](int batch) { return std::min(3 + 20 * batch, 203); }).outcome,
            Outcome::kHeld);
  EXPECT_EQ(after([](int batch) { return std::min(3 + 64 * batch, 515); }).outcome,
            Outcome::kHeld);
}

// A slow machine has time for few calls: each left one, and a pool that fills would look so.
TEST(Threads, OfEachOfFewCallsAreNoVerdict) {
  EXPECT_EQ(after([](int batch) { return 24 + 18 * batch; }, "18").outcome,
            Outcome::kInconclusive);
  EXPECT_EQ(after([](int batch) { return 24 + std::min(18 * batch, 40); }, "18").outcome,
            Outcome::kHeld);
}

// A thread that looks after a stream meets its end when it next writes.
TEST(Threads, ThatAreGoneAtRestAreNone) {
  const auto at_rest = [](std::int64_t threads) {
    Story story;
    story.mark(kCallsPerBatch, "50");
    for (int i = 0; i <= 12; ++i) {
      ProcessSampled sample{"batch " + std::to_string(i), 0, 0, 0, 0, 0, 0, 0, {}, {}};
      if (i == 12) sample.label = kAtRest;
      sample.threads = i == 12 ? threads : 50 * i;
      story.at(100 * i).tell(sample);
    }
    return story.judge(threads_do_not_grow()).outcome;
  };
  EXPECT_EQ(at_rest(40), Outcome::kHeld);
  EXPECT_EQ(at_rest(540), Outcome::kBroken);
}

// Memory that still grows says nothing of them: no collector gives a thread back.
TEST(Threads, ThatStayNeedNoMemoryThatHasSettled) {
  const auto settle = [](std::int64_t each) {
    Story story;
    story.mark(kCallsPerBatch, "40").mark(kBatchUnit, "call");
    for (int i = 0; i < 23; ++i) {
      ProcessSampled sample{"batch " + std::to_string(i), 0, 0, 0, 0, 0, 0, 0, {}, {}};
      sample.threads = 95 + each * i;
      sample.resident_bytes = (90000 + 3000 * i) * std::int64_t{1024};
      story.at(100 * i).tell(sample);
    }
    return story.judge(threads_settle(Rule{})).outcome;
  };
  EXPECT_EQ(settle(40), Outcome::kBroken);
  EXPECT_EQ(settle(6), Outcome::kInconclusive) << "a pool that fills looks the same";
}

TEST(Threads, ThatWereNotSeenAreNoVerdict) {
  EXPECT_EQ(Story().judge(threads_do_not_grow()).outcome, Outcome::kInconclusive);
}

}  // namespace
}  // namespace tailrace
