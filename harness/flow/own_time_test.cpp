// SPDX-License-Identifier: Apache-2.0
// Stalls whose data keeps its sender's time, and those whose data keeps that of the ACKs.
#include "harness/flow/own_time.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

// `ack` after the segment before, `release` after the ACK.
Stall stall(Nanos ack, Nanos release) {
  Stall made;
  made.ack_at = made.held_since + ack;
  made.release_at = made.ack_at + release;
  return made;
}

TEST(OwnTime, IsKeptByWhoSleeps) {
  std::vector<Stall> stalls;
  for (int i = 0; i < 6; ++i) stalls.push_back(stall(Millis(40 + i), Millis(10 - i)));
  EXPECT_TRUE(keep_own_time(stalls));
  stalls.resize(4);
  EXPECT_FALSE(keep_own_time(stalls)) << "so few may be chance";
}

TEST(OwnTime, IsNotKeptByWhoWaitsForTheAck) {
  std::vector<Stall> stalls, steady, varying;
  for (int i = 0; i < 6; ++i) {
    stalls.push_back(stall(Millis(40 + i), Millis(6)));
    steady.push_back(stall(Millis(44), Millis(6)));
    varying.push_back(stall(Millis(44), Millis(6 + i)));
  }
  EXPECT_FALSE(keep_own_time(stalls));
  EXPECT_FALSE(keep_own_time(steady)) << "nobody can tell";
  EXPECT_FALSE(keep_own_time(varying)) << "a path does that";
}

TEST(OwnTime, ByACoarseClockOnlyWhatVariesTells) {
  std::vector<Stall> steady, held, sleeping;
  for (int i = 0; i < 8; ++i) {
    steady.push_back(stall(Millis(43), Millis(0)));
    held.push_back(stall(Millis(42 + i % 2), Millis(0)));
    sleeping.push_back(stall(Millis(43 + i % 2), Millis(7 - i % 2)));
  }
  EXPECT_FALSE(keep_time_of_acks(steady, Millis(1)));
  EXPECT_TRUE(keep_time_of_acks(held, Millis(1)));
  EXPECT_FALSE(keep_time_of_acks(sleeping, Millis(1)));
  held.resize(4);
  EXPECT_FALSE(keep_time_of_acks(held, Millis(1))) << "so few may be chance";
}

}  // namespace
}  // namespace tailrace
