// SPDX-License-Identifier: Apache-2.0
// What was lost before the capture, and what only looks so.
#include "harness/flow/unseen_loss.h"

#include <gtest/gtest.h>

#include "harness/flow/loss_watch.h"

namespace tailrace {
namespace {

constexpr std::uint32_t kMss = 1448;
constexpr std::uint32_t kRequest = 300, kAnswer = 100;

class Unseen : public testing::Test {
 protected:
  Unseen() {
    path_.to_sender = Millis(20);
    for (int i = 0; i < 6; ++i) call();
  }
  // A call that is answered after that; the answer's own packet comes behind `missing` others.
  std::optional<UnseenLoss::Found> call(Nanos after = Millis(21), std::uint16_t missing = 0) {
    ask();
    now_ += after;
    id_ = static_cast<std::uint16_t>(id_ + missing);
    const auto found = answer();
    now_ += Millis(1);
    return found;
  }
  void ask() {
    Segment segment = made(++client_id_);
    segment.seq = asked_;
    segment.length = kRequest;
    segment.ts_value = stamp;
    asked_ += kRequest;
    watch_.answered(segment);
  }
  std::optional<UnseenLoss::Found> answer() {
    Segment segment = made(numbered ? ++id_ : std::uint16_t{0});
    segment.seq = sent_;
    segment.length = kAnswer;
    segment.ack = asked_;
    segment.ts_echo = echo;
    sent_ += kAnswer;
    return watch_.sent(segment, {true, false, kMss}, path_);
  }
  void acknowledge() {
    Segment segment = made(numbered ? ++id_ : std::uint16_t{0});
    segment.ack = asked_;
    watch_.sent(segment, {false, false, kMss}, path_);
  }
  Segment made(std::uint16_t id) const {
    Segment segment;
    segment.time = RealTime(now_);
    segment.ack_flag = true;
    segment.ip_id = id;
    return segment;
  }

  bool numbered = true;
  std::optional<std::uint32_t> stamp, echo;  // R's clock, and what S has heard of it.
  UnseenLoss watch_;
  Path path_;
  Nanos now_ = Millis(100);
  std::uint16_t id_ = 65'530, client_id_ = 0;
  std::uint32_t asked_ = 1000, sent_ = 5000;
};

TEST_F(Unseen, AnAnswerThatComesLateBehindAMissingPacketWasLost) {
  const auto found = call(Millis(240), 1);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->counted);
  EXPECT_FALSE(found->probed);
  EXPECT_EQ(RealTime(now_ + (-Millis(1))) - found->since, Millis(220));
}

TEST_F(Unseen, AServerThatThinksMissesNoPacket) {
  EXPECT_FALSE(call(Millis(240)));
}

TEST_F(Unseen, WhatIsMissingFromAServerThatThinksForSoLongAnywayWasAnAck) {
  call(Millis(300));
  EXPECT_FALSE(call(Millis(310), 1));
  EXPECT_TRUE(call(Millis(500), 1)) << "a timer more than it ever thinks";
}

TEST_F(Unseen, ARequestThatWasLostIsNoSilenceOfTheServer) {
  ask();
  now_ += Millis(230);
  asked_ -= kRequest;
  ask();
  now_ += Millis(21);
  EXPECT_FALSE(answer());
  EXPECT_TRUE(call(Millis(240), 1));
}

// Its client asks once more meanwhile. The answer comes too soon to be one to that.
TEST_F(Unseen, AnAnswerThatWasLostIsNotOneToTheRequestThatCameAgain) {
  watch_ = UnseenLoss();
  numbered = false;
  call();
  acknowledge();
  path_.to_receiver = Millis(1);
  ask();
  now_ += Millis(227);
  asked_ -= kRequest;
  ask();
  now_ += Millis(18);
  const auto found = answer();
  ASSERT_TRUE(found);
  EXPECT_EQ(RealTime(now_) - found->since, Millis(225));
}

// ... or echoes the clock of the first one, or a packet is missing of a sender that counts them.
TEST_F(Unseen, WhichRequestWasAnsweredShowsInStampsAndNumbersToo) {
  ask();
  now_ += Millis(227);
  asked_ -= kRequest;
  ask();
  now_ += Millis(18);
  ++id_;
  const auto found = answer();
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->counted);
  for (const bool first : {true, false}) {
    watch_ = UnseenLoss();
    numbered = false;
    call();
    acknowledge();
    stamp = 100;
    ask();
    now_ += Millis(227);
    asked_ -= kRequest;
    stamp = 327;
    ask();
    now_ += Millis(60);
    echo = first ? 100U : 327U;
    EXPECT_EQ(answer().has_value(), first);
    stamp.reset();
    echo.reset();
  }
}

TEST_F(Unseen, ARequestThatCameAgainAndIsAnsweredThenWasLostItself) {
  watch_ = UnseenLoss();
  numbered = false;
  call();
  acknowledge();
  ask();
  now_ += Millis(227);
  asked_ -= kRequest;
  ask();
  now_ += Millis(21);
  EXPECT_FALSE(answer());
}

TEST_F(Unseen, APacketThatIsMissingFromAQuickAnswerWasAnAck) {
  EXPECT_FALSE(call(Millis(60), 1));
}

TEST_F(Unseen, APathThatLosesOftenIsNoReasonToDoubt) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(call(Millis(240), 1));
    call();
    call();
  }
}

TEST_F(Unseen, SeveralThatAreMissingMayHaveBeenProbedFor) {
  const auto found = call(Millis(75), 3);
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->probed);
}

TEST_F(Unseen, WhoAcknowledgedTheRequestThoughtUntilThen) {
  ask();
  now_ += Millis(400);
  acknowledge();
  now_ += Millis(230);
  ++id_;
  const auto found = answer();
  ASSERT_TRUE(found);
  EXPECT_EQ(RealTime(now_) - found->since, Millis(230));
}

TEST_F(Unseen, IdsThatDoNotCountTellNothing) {
  for (std::uint16_t i = 0; i < 10; ++i) call(Millis(21), static_cast<std::uint16_t>(700 * i + 3));
  acknowledge();
  EXPECT_FALSE(watch_.tells_order());
  ask();
  now_ += Millis(60);
  acknowledge();
  now_ += Millis(240);
  id_ = 77;
  EXPECT_FALSE(answer());
}

TEST_F(Unseen, WithoutIdsARequestThatNobodyAcknowledgesForSoLongTells) {
  watch_ = {};
  numbered = false;
  call();
  EXPECT_FALSE(call(Millis(240))) << "the capture may hold no ACKs at all";
  acknowledge();
  const auto found = call(Millis(640));
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->counted);
  ask();
  now_ += Millis(60);
  acknowledge();
  now_ += Millis(240);
  EXPECT_FALSE(answer());
}

TEST_F(Unseen, PacketsThatOffloadingShowsAsOneAreCountedApart) {
  Segment large = made(++id_);
  large.seq = sent_;
  large.length = 5 * kMss;
  sent_ += large.length;
  id_ = static_cast<std::uint16_t>(id_ + 4);
  watch_.sent(large, {true, false, kMss}, path_);
  EXPECT_FALSE(call(Millis(240)));
}

TEST(UnseenLossTold, NotWhereTheCaptureLosesPackets) {
  for (const bool loses : {false, true}) {
    LossWatch watch;
    Segment data;
    data.seq = 1000;
    data.length = 100;
    data.ack_flag = true;
    watch.sent(data, Millis(20));
    if (loses) {
      data.seq = 1200;
      watch.sent(data, Millis(20));
      Segment ack;
      ack.ack_flag = true;
      ack.ack = 1300;
      watch.answered(ack, false);
    }
    data.seq = 1300;
    watch.sent(data, Millis(20));
    watch.note_unseen(data, {.since = {}, .counted = true});
    const auto told = watch.unanswered();
    EXPECT_EQ(told.has_value(), !loses);
    EXPECT_TRUE(!told || (told->unseen && told->counted));
  }
}

TEST(PacketNumbers, SayWhatWasSentBeforeOthers) {
  PacketNumbers numbers;
  Segment segment;
  for (segment.ip_id = 10; segment.ip_id < 16; ++segment.ip_id) {
    EXPECT_EQ(numbers.take(segment, kMss), 0);
  }
  segment.ip_id = 18;
  EXPECT_EQ(numbers.take(segment, kMss), 2);
  segment.ip_id = 16;
  EXPECT_LT(numbers.take(segment, kMss), 0);
  segment.ip_id = 19;
  EXPECT_EQ(numbers.take(segment, kMss), 0);
  EXPECT_TRUE(numbers.tell());
}

}  // namespace
}  // namespace tailrace
