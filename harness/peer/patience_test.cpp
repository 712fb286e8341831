// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/patience.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

TEST(Patience, TimeWithoutAProcessorDoesNotCount) {
  EXPECT_EQ(time_that_counts(Millis(100), Millis(0)), Millis(100));
  EXPECT_EQ(time_that_counts(Millis(100), Millis(20)), Millis(40)) << "three wait in turn";
}

TEST(Patience, EndsOnAMachineThatIsNeverFree) {
  EXPECT_EQ(time_that_counts(Millis(100), Millis(90)), Millis(25));
}

TEST(Patience, IsOverWhenItsLimitHasPassed) {
  EXPECT_TRUE(Patience(Millis(0)).is_over());
  EXPECT_FALSE(Patience(std::chrono::hours(1)).is_over());
}

}  // namespace
}  // namespace tailrace
