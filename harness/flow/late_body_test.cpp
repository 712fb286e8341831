// SPDX-License-Identifier: Apache-2.0
// A body that comes late after its head: what of it was held, and since when.
#include <gtest/gtest.h>

#include "harness/flow/made_conversation.h"

namespace tailrace {
namespace {

constexpr auto kClient = Side::kClient, kServer = Side::kServer;

class LateBody : public testing::Test, protected OneConversation {};

// A small head, and 43 ms later a body: its full segments pass, and what they bring about is the
// ACK that its last part waits for. Nothing was there before them.
TEST_F(LateBody, TheEndOfALateBodyWaitedSinceItsFullSegments) {
  talk.open();
  for (int call = 0; call < 4; ++call) {
    talk.send(kClient, 200);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    for (int i = 0; i < 3; ++i) talk.send(kServer, 1448);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 300);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  EXPECT_TRUE(seen.stalls.empty());
  EXPECT_EQ(seen.from_server.harmless_delays, 0U);
}

// The same with a delayed ACK after the full segments: held since those.
TEST_F(LateBody, WhatIsHeldBehindFullSegmentsWaitedSinceThem) {
  talk.open();
  talk.send(kClient, 200);
  talk.pass(kMoment);
  talk.send(kServer, 100);
  talk.pass(Millis(7));
  talk.send(kServer, 1448);
  talk.pass(kDelayed);
  talk.ack(kClient);
  talk.send(kServer, 300);
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 1U);
  EXPECT_EQ(seen.stalls.front().hold, kDelayed);
  EXPECT_EQ(seen.stalls.front().ack_wait, Millis(7) + kDelayed);
}

// A full segment passes while the small one before it is acknowledged late: that ACK left before
// the full one came, so a timer sent it.
TEST_F(LateBody, AnAckOfTheSmallSegmentAloneWasSentBeforeWhatPassedIt) {
  talk.open(Millis(30), kMoment);
  for (int call = 0; call < 4; ++call) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(Millis(60));
    const MadeSegment full = talk.compose(kServer, std::string(1448, 'x'));
    talk.put(full);
    talk.pass(Millis(23));
    MadeSegment ack = talk.compose(kClient);
    ack.ack = full.seq;
    talk.put(ack);
    talk.pass(kMoment);
    talk.send(kServer, 300);
    talk.pass(Millis(30));
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 4U);
  EXPECT_EQ(seen.stalls.back().hold, Millis(23) + kMoment);
  EXPECT_EQ(seen.stalls.back().ack_delay, Millis(60 + 23 - 30));
}

// The same at the client: the full segment comes when the ACK has gone, and had not heard of it.
TEST_F(LateBody, WhatPassedUnheardOnTheWayOfTheAckWasSentBeforeTheRest) {
  talk.open(kMoment, Millis(30));
  for (int call = 0; call < 4; ++call) {
    talk.send(kClient, 300);
    talk.pass(Millis(30));
    const MadeSegment small = talk.compose(kServer, std::string(100, 'x'));
    talk.put(small);
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(Millis(10));
    MadeSegment full = talk.compose(kServer, std::string(1448, 'x'));
    full.ts_echo = small.ts_echo;
    talk.put(full);
    talk.pass(Millis(20));
    talk.send(kServer, 300);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 4U);
  EXPECT_EQ(seen.stalls.back().hold, Millis(20));
}

// A slow link, seen at the server: what the client's ACK covers took its time to get there.
TEST_F(LateBody, OnASlowLinkAnAckOfMoreThanAFullSegmentIsNotDelayed) {
  talk.open(Millis(10), kMoment);
  for (int call = 0; call < 4; ++call) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 80);
    talk.send(kServer, 1448);
    const MadeSegment ack = talk.compose(kClient);
    talk.send(kServer, 1448);
    talk.pass(Millis(24));
    talk.put(ack);
    talk.pass(kMoment);
    talk.send(kServer, 200);
    talk.pass(Millis(12));
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  EXPECT_TRUE(flow().stalls.empty());
}

// The ACK of what had left before shows when the small segment was not there yet.
TEST_F(LateBody, WhatQueuesBehindFullSegmentsIsNotAcknowledgedLate) {
  talk.open(Millis(10), kMoment);
  for (int call = 0; call < 4; ++call) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 1448);
    const MadeSegment first = talk.compose(kClient);
    talk.send(kServer, 100);
    talk.pass(Millis(30));
    talk.put(first);
    talk.pass(Millis(1));
    talk.ack(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 5);
    talk.pass(Millis(11));
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  EXPECT_TRUE(flow().stalls.empty());
}

// Head, answer and end in three writes: the server computes for 20 ms behind the head, and no pause
// stands between answer and end. What it paused where nothing was held tells what was held, each of
// its own place.
TEST_F(LateBody, APauseBehindTheHeadIsNoHoldWhateverComesBehindTheBody) {
  talk.open();
  talk.send(kClient, 200);
  talk.pass(kMoment);
  talk.send(kServer, 100);
  talk.pass(kMoment);
  talk.ack(kClient);
  talk.pass(Millis(20));
  talk.send(kServer, 300);
  talk.pass(kMoment);
  talk.ack(kClient);
  talk.pass(kMoment);
  talk.send(kServer, 5);
  talk.pass(kMoment);
  talk.ack(kClient);
  for (int call = 0; call < 4; ++call) talk.stalled_call();
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 4U);
  EXPECT_NEAR(static_cast<double>(seen.stalls[1].hold / kMoment), 2300, 5);
}

// The client's machine is busy for 4 ms now and then; its timer takes 43.
TEST_F(LateBody, AnAckThatIsLateByAPartOfTheTimerWasNotDelayedByIt) {
  talk.open();
  for (int call = 0; call < 6; ++call) {
    talk.stalled_call();
    if (call != 3) continue;
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(Millis(4));
    talk.ack(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 60);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.stalls.size(), 6U);
  EXPECT_EQ(seen.holds_of_one_rtt, 1U);
}

// The same reader is late more often than its timer runs out.
TEST_F(LateBody, AFewAcksOfATimerShowThatTheOthersWereLateOtherwise) {
  talk.open();
  for (int call = 0; call < 12; ++call) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(call % 4 == 3 ? kDelayed : Nanos(Millis(4 + call % 3)));
    talk.ack(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 60);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.stalls.size(), 3U);
  for (const Stall& stall : seen.stalls) EXPECT_GE(stall.ack_delay, kDelayed - kMoment);
}

}  // namespace
}  // namespace tailrace
