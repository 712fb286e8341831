// SPDX-License-Identifier: Apache-2.0
// What was sent again: lost, or needless because its first transmission had arrived.
#include "harness/flow/loss_watch.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

constexpr Nanos kRtt = std::chrono::microseconds(50);

class Losses : public testing::Test {
 protected:
  // Three segments of S, and the last of them again after 11 ms.
  void send_and_probe() {
    for (std::uint32_t i = 0; i < 3; ++i) EXPECT_EQ(sent(1000 + 100 * i), Repeat::kNone);
    now_ += Millis(11);
    EXPECT_EQ(sent(1200), Repeat::kNone) << "whether it was needed is not known yet";
  }
  Repeat sent(std::uint32_t seq) {
    Segment segment = made();
    segment.seq = seq;
    segment.length = 100;
    segment.ts_value = stamp();
    return how(watch_.sent(segment, kRtt));
  }
  Repeat answered(const Segment& answer, bool after_loss = false) {
    return how(watch_.answered(answer, after_loss));
  }
  static Repeat how(const std::optional<Repeated>& repeat) {
    return repeat ? repeat->how : Repeat::kNone;
  }
  Segment answer(std::uint32_t ack) {
    Segment segment = made();
    segment.ack = ack;
    return segment;
  }
  // It acknowledges the segment that begins there, too.
  Segment selective(std::uint32_t ack, std::uint32_t begin) {
    Segment segment = answer(ack);
    segment.sack = true;
    segment.sack_begin = begin;
    segment.sack_end = begin + 100;
    return segment;
  }
  Segment made() {
    Segment segment;
    segment.time = RealTime(now_);
    segment.frame = {++frame_};
    segment.ack_flag = true;
    return segment;
  }
  std::uint32_t stamp() const { return static_cast<std::uint32_t>(now_ / Millis(1)); }

  LossWatch watch_;
  Nanos now_ = Millis(100);
  std::uint32_t frame_ = 0;
};

TEST_F(Losses, AProbeThatIsAcknowledgedAsNewWasNeeded) {
  send_and_probe();
  Segment ack = answer(1300);
  ack.ts_echo = stamp();
  const auto repeat = watch_.answered(ack, false);
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->how, Repeat::kTailProbe);
  EXPECT_EQ(repeat->first_frame, FrameNumber{3});
  EXPECT_EQ(repeat->frame, FrameNumber{4});
  EXPECT_EQ(repeat->at - repeat->since, Millis(11));
}

TEST_F(Losses, AProbeThatIsADuplicateLostNothing) {
  send_and_probe();
  EXPECT_EQ(answered(selective(1300, 1200)), Repeat::kNeedless);
}

TEST_F(Losses, ADuplicateWhoseAnswerWasLostWaitedForThat) {
  send_and_probe();
  EXPECT_EQ(answered(selective(1300, 1200), true), Repeat::kTailProbe);
}

TEST_F(Losses, AnAckThatEchoesATimeBeforeTheProbeLostNothing) {
  send_and_probe();
  Segment ack = answer(1300);
  ack.ts_echo = stamp() - 11;
  EXPECT_EQ(answered(ack), Repeat::kNeedless);
}

// A full queue: the probe's answer is not the ACK that was on its way when it left.
TEST_F(Losses, WhatWasOnItsWaySaysNothingOfAProbe) {
  send_and_probe();
  EXPECT_EQ(answered(answer(1100)), Repeat::kNone);
  EXPECT_EQ(answered(selective(1300, 1200)), Repeat::kNeedless);
}

// Who leaves with data unread says so in its RST, and what had come.
TEST_F(Losses, ARstThatAcknowledgesTellsThatNothingWasLost) {
  send_and_probe();
  Segment leaves = answer(1300);
  leaves.rst = true;
  leaves.ts_echo = stamp() - 5;
  EXPECT_EQ(answered(leaves), Repeat::kNeedless);
}

TEST_F(Losses, SelectiveAcknowledgementsAboveAHoleAreNoDuplicates) {
  EXPECT_EQ(sent(1000), Repeat::kNone);
  EXPECT_EQ(sent(1100), Repeat::kNone);
  watch_.answered(selective(1000, 1100), false);
  EXPECT_EQ(sent(1000), Repeat::kNone);
  EXPECT_EQ(answered(answer(1200)), Repeat::kFast);
}

// Its number tells that S has sent what did not come here.
TEST_F(Losses, AnAckThatIsAheadTellsOfALossBefore) {
  EXPECT_EQ(sent(1000), Repeat::kNone);
  EXPECT_EQ(answered(answer(1100)), Repeat::kNone);
  now_ += Millis(10);
  Segment ahead = made();
  ahead.seq = 1200;
  EXPECT_EQ(how(watch_.sent(ahead, kRtt)), Repeat::kNone);
  now_ += Millis(215);
  EXPECT_EQ(sent(1100), Repeat::kNone);
  const auto repeat = watch_.answered(answer(1200), false);
  ASSERT_TRUE(repeat);
  EXPECT_EQ(repeat->how, Repeat::kTimeout);
  EXPECT_EQ(repeat->at - repeat->since, Millis(215));
  EXPECT_EQ(watch_.missed_by_capture(), 0U);
}

// What was held behind the lost segment comes with it.
TEST_F(Losses, WhatFillsAHoleMayBringMore) {
  EXPECT_EQ(sent(1000), Repeat::kNone);
  EXPECT_EQ(answered(answer(1100)), Repeat::kNone);
  Segment ahead = made();
  ahead.seq = 1180;
  EXPECT_EQ(how(watch_.sent(ahead, kRtt)), Repeat::kNone);
  now_ += Millis(250);
  EXPECT_EQ(sent(1100), Repeat::kNone);
  EXPECT_EQ(answered(answer(1200)), Repeat::kTimeout);
}

TEST_F(Losses, AnAckBehindAFinIsNotAhead) {
  EXPECT_EQ(sent(1000), Repeat::kNone);
  Segment behind = made();
  behind.seq = 1101;
  EXPECT_EQ(how(watch_.sent(behind, kRtt)), Repeat::kNone);
  EXPECT_EQ(answered(answer(1101)), Repeat::kNone);
  EXPECT_EQ(watch_.missed_by_capture(), 0U);
}

TEST_F(Losses, WhatIsNeverAnsweredIsToldByTheNextRepeatAndAtTheEnd) {
  EXPECT_EQ(sent(1000), Repeat::kNone);
  now_ += Millis(300);
  EXPECT_EQ(sent(1000), Repeat::kNone);
  now_ += Millis(600);
  EXPECT_EQ(sent(1000), Repeat::kTimeout);
  EXPECT_EQ(how(watch_.unanswered()), Repeat::kTimeout);
  EXPECT_EQ(how(watch_.unanswered()), Repeat::kNone);
}

// As a capture of two places has it, or one of several queues: cut otherwise, and stamped as one.
TEST_F(Losses, WhatWasStampedAtOneTimeIsACopy) {
  for (std::uint32_t i = 0; i < 3; ++i) sent(1000 + 100 * i);
  Segment again = made();
  again.seq = 1050;
  again.length = 200;
  again.ts_value = stamp();
  now_ += Millis(5);
  EXPECT_TRUE(watch_.is_copy(again));
  again.ts_value = stamp();
  EXPECT_FALSE(watch_.is_copy(again)) << "it was sent again";
  again.ts_value = *again.ts_value - 5;
  again.length = 300;
  EXPECT_FALSE(watch_.is_copy(again)) << "there is more in it";
  again.length = 200;
  answered(selective(1000, 1100));
  EXPECT_FALSE(watch_.is_copy(again)) << "its sender has heard of a loss";
}

}  // namespace
}  // namespace tailrace
