// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/pace.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>
#include <vector>

namespace tailrace {
namespace {

TEST(Pace, CountsTheRequestsOfARun) {
  Pace pace({0, 0, 3});
  EXPECT_TRUE(pace.has_left(3));
  EXPECT_FALSE(pace.has_left(4));
  EXPECT_TRUE(pace.take());
  EXPECT_TRUE(pace.take());
  EXPECT_TRUE(pace.take());
  EXPECT_FALSE(pace.has_left(1));
  EXPECT_FALSE(pace.take());
}

TEST(Pace, NoSecondHoldsMoreThanTheShareOfAllScriptsTogether) {
  constexpr std::size_t kShare = 2;
  // Less than a second, since a thread may look at the clock late.
  constexpr std::chrono::milliseconds kAlmostASecond(900);
  Pace pace({kShare, 0, 0});
  std::vector<MonoTime> sent(2 * kShare + 1);
  const auto take = [&](std::size_t i) {
    EXPECT_TRUE(pace.take());
    sent[i] = mono_now();
  };
  take(0);
  take(1);
  std::thread other([&] { take(2); });
  take(3);  // While the other waits for the same second to end.
  other.join();
  take(4);
  std::sort(sent.begin(), sent.end());
  for (std::size_t i = kShare; i < sent.size(); ++i) {
    EXPECT_GE(sent[i] - sent[i - kShare], kAlmostASecond) << "request " << i;
  }
  EXPECT_LT(sent.back() - sent.front(), std::chrono::seconds(4));  // Nor far less than it.
}

TEST(Pace, WithoutLimitsNothingWaits) {
  Pace pace(kFullPace);
  const MonoTime begun = mono_now();
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(pace.take());
  EXPECT_LT(mono_now() - begun, std::chrono::seconds(1));
}

}  // namespace
}  // namespace tailrace
