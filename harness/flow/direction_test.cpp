// SPDX-License-Identifier: Apache-2.0
// What is a stall and what only looks like one, each on a conversation made by hand.
#include "harness/flow/direction.h"

#include <gtest/gtest.h>

#include "harness/flow/made_conversation.h"

namespace tailrace {
namespace {

constexpr auto kClient = Side::kClient, kServer = Side::kServer;

class Stalls : public testing::Test, protected OneConversation {};

void expect_frames(const Stall& stall, const Conversation::Frames& frames) {
  EXPECT_EQ(stall.waiting_frame, frames.waiting);
  EXPECT_EQ(stall.ack_frame, frames.ack);
  EXPECT_EQ(stall.release_frame, frames.release);
}

TEST_F(Stalls, HeldDataThatLeavesOnADelayedAckIsOne) {
  talk.open();
  const auto frames = talk.stalled_call();
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 1U);
  const Stall& stall = seen.stalls.front();
  expect_frames(stall, frames);
  EXPECT_EQ(stall.holder, kServer);
  EXPECT_EQ(stall.ack_delayer, kClient);
  EXPECT_EQ(stall.ack_wait, kDelayed);
  EXPECT_EQ(stall.ack_delay, kDelayed - kMoment);  // The handshake showed the round trip.
  EXPECT_EQ(stall.release_gap, Nanos(0));
  EXPECT_EQ(stall.waiting_offset, 0U);
  EXPECT_EQ(stall.waiting_length, 100U);
  EXPECT_EQ(stall.release_offset, 100U);
  EXPECT_EQ(stall.release_length, 60U);
  EXPECT_EQ(stall.mss, 1448U);
  EXPECT_EQ(stall.confidence, Confidence::kLow);
  EXPECT_FALSE(seen.from_server.nodelay_proven);
}

TEST_F(Stalls, RepeatedStallsGiveConfidence) {
  talk.open();
  for (int call = 0; call < 3; ++call) talk.stalled_call();
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 3U);
  EXPECT_EQ(seen.stalls.back().confidence, Confidence::kHigh);
}

TEST_F(Stalls, AClientHoldsAsWell) {
  talk.open();
  const FrameNumber waiting = talk.send(kClient, 200);
  talk.pass(kDelayed);
  const FrameNumber ack = talk.ack(kServer);
  talk.pass(kMoment);
  const FrameNumber release = talk.send(kClient, 90);
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 1U);
  expect_frames(seen.stalls.front(), {waiting, ack, release});
  EXPECT_EQ(seen.stalls.front().holder, kClient);
}

TEST_F(Stalls, SequenceNumbersMayWrapAnywhereInOne) {
  for (std::uint32_t before = 0; before < 400; before += 7) {
    FlowAnalyzer wrapping{FlowOptions{}};
    Conversation wrapped{wrapping, 0U - 5000 - before};
    wrapped.open();
    wrapped.stalled_call();
    const auto frames = wrapped.stalled_call();
    const FlowReport report = wrapping.finish();
    const ConnectionFlow& seen = report.connections.at(0);
    ASSERT_EQ(seen.stalls.size(), 2U) << before;
    expect_frames(seen.stalls[1], frames);
    EXPECT_EQ(seen.stalls[1].waiting_offset, 160U) << before;
    EXPECT_EQ(seen.from_server.retransmissions, 0U) << before;
    EXPECT_EQ(seen.from_server.payload_bytes, 320U) << before;
  }
}

TEST_F(Stalls, AShortTimerIsOneToo) {
  talk.open();
  talk.send(kServer, 100);
  talk.pass(Millis(4));
  talk.ack(kClient);
  talk.pass(kMoment);
  talk.send(kServer, 60);
  EXPECT_EQ(flow().stalls.size(), 1U);
}

TEST_F(Stalls, APromptAckIsNone) {
  talk.open();
  talk.send(kServer, 100);
  talk.pass(Millis(2));
  talk.ack(kClient);
  talk.pass(kMoment);
  talk.send(kServer, 60);
  EXPECT_TRUE(flow().stalls.empty());
}

TEST_F(Stalls, DataLongAfterTheAckIsNone) {
  talk.open();
  talk.send(kServer, 100);
  talk.pass(kDelayed);
  talk.ack(kClient);
  talk.pass(Millis(3));
  talk.send(kServer, 60);
  EXPECT_TRUE(flow().stalls.empty());
}

TEST_F(Stalls, FullSegmentsAreNeitherHeldNorWaitedFor) {
  talk.open();
  talk.send(kServer, 1448);
  talk.pass(kDelayed);
  talk.ack(kClient);
  talk.pass(kMoment);
  talk.send(kServer, 60);
  talk.pass(kDelayed);
  talk.ack(kClient);
  talk.pass(kMoment);
  talk.send(kServer, 2896);
  const ConnectionFlow seen = flow();
  EXPECT_TRUE(seen.stalls.empty());
  EXPECT_EQ(seen.from_server.small_segments, 1U);
}

TEST_F(Stalls, AnAnswerToTheDelayersDataIsNone) {
  talk.open();
  talk.send(kServer, 100);
  talk.pass(kDelayed);
  talk.ack(kClient);
  talk.send(kClient, 300);  // A new turn: this is what the server answers.
  talk.pass(kMoment);
  talk.send(kServer, 60);
  EXPECT_TRUE(flow().stalls.empty());
}

TEST_F(Stalls, AnAckWithDataIsNoTimer) {
  talk.open();
  talk.send(kServer, 100);
  talk.pass(kDelayed);
  talk.send(kClient, 300);
  talk.pass(kMoment);
  talk.send(kServer, 60);
  EXPECT_TRUE(flow().stalls.empty());
}

TEST_F(Stalls, DataThatDidNotWaitElsewhereProvesNodelay) {
  talk.open();
  talk.stalled_call();  // By chance: its event was ready just then.
  for (int call = 0; call < 3; ++call) talk.prompt_call();
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.from_server.nodelay_proofs, 3U);
  EXPECT_TRUE(seen.from_server.nodelay_proven);
  EXPECT_TRUE(seen.stalls.empty());
}

TEST_F(Stalls, AnOptionThatIsSetLaterAcquitsNoSeriesBefore) {
  talk.open();
  for (int call = 0; call < 4; ++call) talk.stalled_call();
  for (int call = 0; call < 5; ++call) talk.prompt_call();  // The cure in place.
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.from_server.nodelay_proofs, 5U);
  EXPECT_EQ(seen.stalls.size(), 4U);
}

TEST_F(Stalls, AnAccidentAfterTheOptionAcquitsNoSeriesBefore) {
  talk.open();
  for (int call = 0; call < 6; ++call) talk.stalled_call();
  for (int call = 0; call < 3; ++call) talk.prompt_call();
  talk.stalled_call();
  for (int call = 0; call < 3; ++call) talk.prompt_call();
  EXPECT_EQ(flow().stalls.size(), 6U);
}

TEST_F(Stalls, AccidentsThatComeAgainWereSomeBefore) {
  talk.open();
  for (int call = 0; call < 6; ++call) talk.stalled_call();
  for (int i = 0; i < 4; ++i) {
    for (int call = 0; call < 3; ++call) talk.prompt_call();
    talk.stalled_call();
  }
  EXPECT_TRUE(flow().stalls.empty());
}

// A busy sender had nothing to send when the ACK came: that call is not in the series.
TEST_F(Stalls, ALateWriteIsNoBreakOfASeries) {
  talk.open();
  for (int call = 0; call < 4; ++call) talk.stalled_call();
  talk.send(kServer, 100);
  talk.pass(kDelayed);
  talk.ack(kClient);
  talk.pass(Millis(35));
  talk.send(kServer, 300);
  talk.ack(kClient);
  for (int call = 0; call < 5; ++call) talk.prompt_call();
  EXPECT_EQ(flow().stalls.size(), 4U);
}

// As a reader's that is busy for a little with each part: sooner than any timer.
TEST_F(Stalls, AcksThatComeTooSoonForATimerProveNone) {
  talk.open();
  for (int call = 0; call < 8; ++call) talk.stalled_call(Millis(4));
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 8U);
  EXPECT_EQ(seen.stalls.back().confidence, Confidence::kMedium);
}

TEST_F(Stalls, AnAckOfALateReaderIsNoDelayedOne) {
  talk.open();
  for (const Nanos thinks : {kMoment, Nanos(Millis(5))}) {
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(thinks);
    talk.send(kClient, 300);
    talk.pass(kMoment);
  }
  EXPECT_EQ(flow().from_server.harmless_delays, 1U);  // The second: a timer's.
}

TEST_F(Stalls, TheProofHoldsForItsDirectionAlone) {
  talk.open();
  talk.stalled_call();
  for (int call = 0; call < 3; ++call) {
    talk.send(kClient, 100);
    talk.pass(kMoment);
    talk.send(kClient, 30);
    talk.pass(kMoment);
    talk.ack(kServer);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  EXPECT_TRUE(seen.from_client.nodelay_proven);
  EXPECT_EQ(seen.stalls.size(), 1U);
}

TEST_F(Stalls, AnAckThatTheCaptureMissedIsNoProof) {
  talk.open();
  for (int call = 0; call < 2; ++call) talk.stalled_call();
  for (int call = 0; call < 3; ++call) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    talk.compose(kClient);  // The ACK, lost by the capture: the timestamps tell of it.
    talk.pass(kMoment);
    talk.send(kServer, 60);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.from_server.nodelay_proofs, 0U);
  EXPECT_EQ(seen.stalls.size(), 2U);
}

TEST_F(Stalls, OneProofAmongManyHoldsIsALostAck) {
  talk.stamps = false;
  talk.open();
  for (int call = 0; call < 4; ++call) talk.stalled_call();
  talk.prompt_call();
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.from_server.nodelay_proofs, 1U);
  EXPECT_EQ(seen.stalls.size(), 4U);
}

TEST_F(Stalls, ARetransmissionInBetweenAcquits) {
  talk.open();
  const MadeSegment lost = talk.compose(kServer, std::string(100, 'x'));
  talk.put(lost);
  talk.pass(Millis(210));
  talk.put(talk.again(lost));
  talk.pass(kMoment);
  talk.ack(kClient);
  talk.pass(kMoment);
  talk.send(kServer, 60);
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.from_server.retransmissions, 1U);
  EXPECT_TRUE(seen.stalls.empty());
}

TEST_F(Stalls, ARetransmissionWithoutAnyMarkIsNoSecondCopy) {
  talk.v6 = true;
  talk.stamps = false;
  talk.open();
  const MadeSegment lost = talk.compose(kServer, std::string(100, 'x'));
  talk.put(lost);
  talk.pass(Millis(210));
  talk.put(lost);
  talk.pass(kMoment);
  talk.ack(kClient);
  talk.pass(kMoment);
  talk.send(kServer, 60);
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.from_server.retransmissions, 1U);
  EXPECT_TRUE(seen.stalls.empty());
}

TEST_F(Stalls, ARetransmissionAfterTheAckAcquits) {
  talk.open();
  const MadeSegment waiting = talk.compose(kServer, std::string(100, 'x'));
  talk.put(waiting);
  talk.pass(kDelayed);
  talk.ack(kClient);
  talk.put(talk.again(waiting));
  talk.pass(kMoment);
  talk.send(kServer, 60);
  EXPECT_TRUE(flow().stalls.empty());
}

TEST_F(Stalls, AClosedWindowAcquits) {
  for (const bool with_the_ack : {true, false}) {
    FlowAnalyzer closing{FlowOptions{}};
    Conversation closed{closing};
    closed.open();
    MadeSegment earlier = closed.compose(kClient);
    closed.send(kServer, 100);
    earlier.window = 0;
    if (!with_the_ack) closed.put(earlier);  // Acknowledges nothing new.
    closed.pass(kDelayed);
    MadeSegment ack = closed.compose(kClient);
    if (with_the_ack) ack.window = 0;
    closed.put(ack);
    closed.pass(kMoment);
    closed.send(kServer, 60);
    EXPECT_TRUE(closing.finish().connections.at(0).stalls.empty()) << with_the_ack;
  }
}

TEST_F(Stalls, ARoundTripIsNoDelay) {
  constexpr Nanos kRoundTrip = Millis(20);  // Seen at the server.
  talk.open(kRoundTrip);
  for (const Nanos delay : {Nanos(0), kDelayed}) {
    talk.send(kServer, 100);
    talk.pass(kRoundTrip + delay);
    talk.ack(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 60);
    talk.pass(kRoundTrip);
    talk.ack(kClient);
    talk.pass(Millis(60));
  }
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.holds_of_one_rtt, 1U);
  ASSERT_EQ(seen.stalls.size(), 1U);
  EXPECT_EQ(seen.stalls.front().ack_wait, kRoundTrip + kDelayed);
  EXPECT_EQ(seen.stalls.front().ack_delay, kDelayed);
}

TEST_F(Stalls, TheHolderMayBeFarFromTheCapture) {
  constexpr Nanos kRoundTrip = Millis(20);  // Seen at the client: data leaves one after the ACK.
  talk.stamps = false;
  talk.open(kMoment, kRoundTrip);
  talk.send(kServer, 100);
  for (int i = 0; i < 2; ++i) {
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(kRoundTrip);
    talk.send(kServer, 60);
  }
  talk.pass(kDelayed);
  talk.ack(kClient);
  talk.pass(kMoment);
  talk.send(kServer, 60);  // Too early: it was under way before the ACK arrived.
  EXPECT_EQ(flow().stalls.size(), 2U);
}

TEST(StallBound, MoreThanTheBoundAreCounted) {
  FlowOptions options;
  options.most_stalls = 2;
  FlowAnalyzer analyzer{options};
  Conversation talk{analyzer};
  talk.open();
  for (int call = 0; call < 5; ++call) talk.stalled_call();
  const FlowReport report = analyzer.finish();
  EXPECT_EQ(report.connections.at(0).stalls.size(), 2U);
  EXPECT_EQ(report.connections.at(0).stalls_left_out, 3U);
  EXPECT_EQ(report.connections.at(0).from_server.held, 5U);
}

}  // namespace
}  // namespace tailrace
