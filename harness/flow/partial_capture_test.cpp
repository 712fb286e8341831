// SPDX-License-Identifier: Apache-2.0
// Stalls in a capture that lacks packets, or the begin of the connection.
#include <gtest/gtest.h>

#include "harness/flow/made_conversation.h"

namespace tailrace {
namespace {

constexpr auto kClient = Side::kClient, kServer = Side::kServer;

class PartialCapture : public testing::Test, protected OneConversation {
 protected:
  // Over a path of 20 ms; the ACK comes so much later than by its way.
  void call_of_a_path(Nanos ack_late) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(Millis(20) + ack_late);
    talk.ack(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 60);
    talk.pass(Millis(20));
    talk.ack(kClient);
    talk.pass(kMoment);
  }
};

// One ACK in four is not in the capture. Without timestamps what follows looks as if nobody had
// waited for it; the ids of the client's packets say that one is missing.
TEST_F(PartialCapture, WithoutTimestampsAnAckThatIsMissingIsNoProof) {
  talk.stamps = false;
  talk.open();
  for (int call = 0; call < 12; ++call) {
    talk.stalled_call();
    if (call % 3 != 0) continue;
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    talk.compose(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 60);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.stalls.size(), 12U);
}

// Seen at the server, from the middle on: what its application takes is the least that is known of
// the way to it, until data leaves on an ACK sooner than that.
TEST_F(PartialCapture, WhoLeavesSoonerThanItsWayIsKnownToTakeIsNearer) {
  talk.ack(kClient);
  for (int call = 0; call < 4; ++call) {
    talk.send(kClient, 300);
    talk.pass(std::chrono::microseconds(600));
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 60);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  EXPECT_GE(flow().stalls.size(), 3U);
}

// From the middle on, with jumbo frames: what ends a write does not say what fills a segment.
TEST_F(PartialCapture, AWriteOfOneSegmentIsNotFullBecauseItIsTheLargest) {
  talk.ack(kClient);
  for (int call = 0; call < 4; ++call) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 5000);
    talk.pass(kMoment);
  }
  EXPECT_GE(flow().stalls.size(), 3U);
}

// From the middle on, over a path of 20 ms whose ACKs are prompt: the first one tells nothing.
TEST_F(PartialCapture, TheFirstAckOfAPathThatIsNotKnownIsComparedWithTheOthers) {
  talk.ack(kClient);
  for (int call = 0; call < 3; ++call) call_of_a_path(Nanos(0));
  EXPECT_TRUE(flow().stalls.empty());
}

// The same of a first ACK that is late by its way, before many that a timer delays.
TEST_F(PartialCapture, TheFirstAckOfAPathThatIsNotKnownIsComparedWithTheTimer) {
  talk.ack(kClient);
  for (int call = 0; call < 7; ++call) call_of_a_path(call == 0 ? Millis(7) : kDelayed);
  EXPECT_EQ(flow().stalls.size(), 6U);
}

}  // namespace
}  // namespace tailrace
