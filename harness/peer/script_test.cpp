// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/script.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <thread>

namespace tailrace {
namespace {

constexpr Deadline kShort{"short", Millis(30)};
constexpr Deadline kLong{"long", Millis(20000)};

class Scripts : public testing::Test {
 protected:
  Scripts() {
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    history_ = *History::create(folder_ + "/history.jsonl");
  }
  ~Scripts() override { std::filesystem::remove_all(folder_); }

  template <class Read>
  auto read(Read&& read) {
    return history_->read(std::forward<Read>(read));
  }

  std::string folder_ = testing::TempDir() + "tailrace-peer.XXXXXX";
  std::unique_ptr<History> history_;
};

bool marked(const Timeline& timeline) {
  return timeline.mark("go").has_value();
}

TEST_F(Scripts, AWaitEndsWhenItsConditionHolds) {
  Script script(*history_);
  std::thread other([&] { history_->append(Marked{"go", "1"}); });
  script.await(kLong, "a mark", marked);
  other.join();
  EXPECT_TRUE(read([](const Timeline& timeline) { return timeline.deadlines.empty(); }));
}

TEST_F(Scripts, ADeadlineEndsTheScriptAndSaysWhatItWaitedFor) {
  Script script(*history_);
  EXPECT_THROW(script.await(kShort, "a mark that never comes", marked), ScriptStopped);
  read([](const Timeline& timeline) {
    ASSERT_EQ(timeline.deadlines.size(), 1U);
    EXPECT_EQ(timeline.deadlines.front().what.name, "short");
    EXPECT_EQ(timeline.deadlines.front().what.waited_for, "a mark that never comes");
  });
}

TEST_F(Scripts, AWindowIsRecordedWithTheTimeItTook) {
  Script script(*history_);
  EXPECT_FALSE(script.watch(kShort, marked));
  script.mark("go", "1");
  EXPECT_TRUE(script.watch(kLong, marked));
  read([](const Timeline& timeline) {
    ASSERT_EQ(timeline.windows.size(), 2U);
    EXPECT_GE(timeline.windows.front().what.took, kShort.limit);
    EXPECT_LT(timeline.windows.back().what.took, kLong.limit);
    EXPECT_TRUE(timeline.deadlines.empty());
  });
}

TEST_F(Scripts, ALegalChoiceIsToldAndEndsTheScript) {
  Script script(*history_);
  EXPECT_THROW(script.decline("the server keeps no sessions"), ScriptStopped);
  read([](const Timeline& timeline) {
    ASSERT_EQ(timeline.declined.size(), 1U);
    EXPECT_EQ(timeline.declined.front().what.why, "the server keeps no sessions");
  });
}

TEST_F(Scripts, TheScenariosOwnLimitEndsEveryWait) {
  Script script(*history_);
  const MonoTime begun = mono_now();
  script.give_up_at(begun + Millis(30));
  EXPECT_THROW(script.await(kLong, "a mark", marked), ScriptStopped);
  script.give_up_at(mono_now() + Millis(30));
  EXPECT_THROW(script.stay_connected(kLong.limit), ScriptStopped);
  EXPECT_LT(mono_now() - begun, kLong.limit / 2);
  read([](const Timeline& timeline) {
    ASSERT_EQ(timeline.deadlines.size(), 2U);
    EXPECT_EQ(timeline.deadlines.front().what.name, "scenario");
  });
}

TEST_F(Scripts, ASampleIsTakenAsSoonAsNothingIsMoreThanInTheFirst) {
  std::vector<std::int64_t> open = {6, 9, 8, 6, 9};  // 9 for good, in the end.
  std::size_t taken = 0;
  Script script(*history_, [&] {
    ProcessSampled sample;
    sample.descriptors = open[std::min(taken++, open.size() - 1)];
    return std::optional(sample);
  });
  for (const char* label : {"batch 0", "batch 1", "batch 2"}) {
    script.sample_once_back(label, Millis(120));
  }
  EXPECT_GT(taken, open.size());
  read([](const Timeline& timeline) {
    ASSERT_EQ(timeline.samples.size(), 3U);
    EXPECT_EQ(timeline.samples[1].what.descriptors, 6);
    EXPECT_EQ(timeline.samples[2].what.descriptors, 9);
    EXPECT_EQ(timeline.samples[2].what.label, "batch 2");
    EXPECT_GE(timeline.samples[2].at - timeline.samples[1].at, Millis(120));
  });
}

}  // namespace
}  // namespace tailrace
