// SPDX-License-Identifier: Apache-2.0
// What a receiver's window leaves room for.
#include "harness/flow/window_watch.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

WindowWatch with(std::uint16_t window, std::uint32_t in_flight) {
  WindowWatch watch;
  watch.set_scale(0);
  Segment data;
  data.seq = 1000;
  data.length = in_flight;
  watch.sent(data);
  Segment answer;
  answer.ack_flag = true;
  answer.ack = 1000;
  answer.window = window;
  watch.answered(answer);
  return watch;
}

// As of a client with a receive buffer of 4 KiB: a full segment and the rest of a write are under
// way, and the next one, which is full, has no room. Nothing smaller is sent.
TEST(WindowWatch, RoomForLessThanASegmentAndHalfOfTheWindowIsNone) {
  EXPECT_TRUE(with(2840, 1448 + 112).is_full());
  EXPECT_FALSE(with(2840, 1300).is_full());
}

TEST(WindowWatch, ALargeWindowIsFullWhenNoSegmentFits) {
  EXPECT_TRUE(with(64'000, 63'000).is_full());
  EXPECT_FALSE(with(64'000, 62'000).is_full());
}

}  // namespace
}  // namespace tailrace
