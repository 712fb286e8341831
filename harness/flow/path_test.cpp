// SPDX-License-Identifier: Apache-2.0
// Paths whose delay varies, and long ones that do not: what waits for whom on them, each on a
// conversation made by hand.
#include <gtest/gtest.h>

#include <array>

#include "harness/flow/direction.h"
#include "harness/flow/lateness.h"
#include "harness/flow/made_conversation.h"

namespace tailrace {
namespace {

using namespace std::chrono_literals;

constexpr auto kClient = Side::kClient, kServer = Side::kServer;
constexpr Nanos kRoundTrip = 20ms;
constexpr std::array<Nanos, 8> kLate = {3ms, 17ms, 0ms, 9ms, 19ms, 6ms, 13ms, 0ms};

Segment stamped(Nanos at, std::uint32_t stamp) {
  Segment segment;
  segment.time = RealTime{at};
  segment.ts_value = stamp;
  return segment;
}

TEST(Lateness, IsWhatComesOnTopOfTheQuickest) {
  Lateness lateness;
  const auto take = [&](int at_ms, std::uint32_t stamp) {
    return lateness.take(stamped(Millis(at_ms), 7000 + stamp));
  };
  for (int at = 0; at <= 400; at += 50) take(at + 10, static_cast<std::uint32_t>(at));
  EXPECT_TRUE(lateness.has_clock());
  EXPECT_EQ(lateness.spread(), Nanos(0));
  EXPECT_EQ(take(445, 405), 30ms);
  EXPECT_EQ(lateness.spread(), Nanos(0)) << "one alone is chance";
  EXPECT_EQ(take(447, 417), 20ms);
  EXPECT_EQ(lateness.spread(), Nanos(0)) << "the same stop held it up";
  EXPECT_EQ(take(470, 440), 20ms);
  EXPECT_EQ(lateness.spread(), 20ms);
  EXPECT_EQ(take(500, 489), Nanos(0)) << "within two ticks";
  EXPECT_EQ(take(30'000, 29'980), Nanos(0)) << "the quickest of long ago counts no more";
}

TEST(Lateness, LearnsTheUnitOfTheClock) {
  Lateness lateness;
  for (unsigned i = 0; i < 20; ++i) lateness.take(stamped(Millis(i * 40), i * 10));
  EXPECT_TRUE(lateness.has_clock());
  EXPECT_EQ(lateness.take(stamped(850ms, 200)), 50ms) << "four milliseconds a tick";
}

TEST(Lateness, IsNotTakenFromWhatIsNoClock) {
  Lateness still, set;
  for (int i = 0; i < 20; ++i) still.take(stamped(Millis(i * 40), 5));
  EXPECT_FALSE(still.has_clock());
  for (unsigned i = 0; i < 20; ++i) set.take(stamped(Millis(i * 40), i * 40));
  EXPECT_EQ(set.take(stamped(3s, 800)), Nanos(0)) << "the clock was set: no path is so late";
  EXPECT_EQ(set.spread(), Nanos(0));
}

// A slow link whose queue fills: the first packets say nothing of the clock's unit.
TEST(Lateness, WaitsForAUnitThatAFillingQueueHides) {
  Lateness lateness;
  for (unsigned i = 0; i < 10; ++i) lateness.take(stamped(Millis(i * 40), i * 20));
  EXPECT_FALSE(lateness.has_clock());
  for (unsigned i = 0; i < 20; ++i) lateness.take(stamped(Millis(400 + i * 40), 200 + i * 40));
  EXPECT_TRUE(lateness.has_clock());
  EXPECT_EQ(lateness.take(stamped(Millis(1250), 1000)), 250ms);
}

// The capturing host slept, or its clock was set, by more than any path takes.
TEST(Lateness, GoesOnBehindAStepOfTheClock) {
  for (const Nanos step : {Nanos(30s), Nanos(-2s)}) {
    Lateness lateness;
    for (unsigned i = 0; i < 20; ++i) lateness.take(stamped(10s + Millis(i * 40), i * 40));
    for (unsigned i = 20; i < 200; ++i) {
      EXPECT_EQ(lateness.take(stamped(10s + step + Millis(i * 40), i * 40)), Nanos(0));
    }
    EXPECT_TRUE(lateness.has_clock());
    EXPECT_EQ(lateness.take(stamped(10s + step + Millis(8050), 8000)), 50ms);
  }
}

// Where no stamps tell how a path varies.
TEST(AckDelays, OneStopOfAHostHidesNoTimer) {
  AckDelays delays;
  for (const int delay : {1, 44, 45, 1, 143, 46, 1}) delays.note(Millis(delay), std::nullopt);
  EXPECT_TRUE(delays.stands_apart(44ms));
  EXPECT_FALSE(delays.stands_apart(1ms));
}

TEST(AckDelays, OfAPathThatVariesNoneStandsApartButTheOneBeyond) {
  AckDelays delays;
  for (const int delay : {3, 9, 14, 22, 28, 60}) delays.note(Millis(delay), std::nullopt);
  EXPECT_FALSE(delays.stands_apart(28ms));
  EXPECT_TRUE(delays.stands_apart(60ms));
}

class Paths : public testing::Test, protected OneConversation {
 protected:
  // Captured at the server: its second part leaves on the ACK of the first.
  void call_at_server(Nanos ack_delay, Nanos late_by) {
    talk.late(kClient, late_by, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kRoundTrip + ack_delay);
    talk.late(kClient, late_by);
    talk.pass(kMoment);
    talk.send(kServer, 60);
    talk.pass(kRoundTrip);
    talk.late(kClient, late_by);
    talk.pass(60ms);
  }
  // The same at the client.
  void call_at_client(Nanos ack_delay, Nanos late_by) {
    talk.send(kClient, 300);
    talk.pass(kRoundTrip);
    talk.late(kServer, late_by, 100);
    talk.pass(ack_delay);
    talk.ack(kClient);
    talk.pass(kRoundTrip);
    talk.late(kServer, late_by, 60);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(60ms);
  }
};

// No stamps. Seen at the client, whose ACK after 10 ms had not come to the server, 1 ms away there
// and back, when that wrote the next.
TEST_F(Paths, WhatComesSoonerThanThereAndBackWasNotReleased) {
  talk.stamps = false;
  talk.open(kMoment, 1ms);
  for (int i = 0; i < 6; ++i) {
    talk.send(kClient, 300);
    talk.pass(1ms);
    talk.send(kServer, 100);
    talk.pass(10ms);
    talk.ack(kClient);
    talk.pass(100us);
    talk.send(kServer, 60);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  EXPECT_TRUE(flow().stalls.empty());
}

// Seen at the server: a client far away pauses for 80 ms before its body, whenever the ACK comes.
TEST_F(Paths, WhoPausesForSoLongAnywayHeldNothing) {
  talk.open(kRoundTrip, kMoment);
  for (std::size_t i = 0; i < 16; ++i) {
    const Nanos on_the_way = kLate[i % kLate.size()];
    talk.late(kClient, on_the_way, 200);
    const Nanos ack = i % 4 == 0 ? kMoment : kDelayed;
    talk.pass(ack);
    talk.ack(kServer);
    talk.pass(80ms - on_the_way - ack);
    talk.late(kClient, kLate[(i + 3) % kLate.size()], 90);
    talk.pass(kMoment);
    talk.send(kServer, 300);
    talk.pass(kRoundTrip);
    talk.late(kClient, on_the_way);
    talk.pass(60ms);
  }
  EXPECT_TRUE(flow().stalls.empty());
}

// Seen at the client: each second delayed ACK is lost behind the capture, and the server's probe
// sends what it held after 250 ms, in ignorance of that ACK. It proves nothing.
TEST_F(Paths, AnAckThatIsLostBehindTheCaptureIsNoProof) {
  talk.open(kMoment, kRoundTrip);
  for (int i = 0; i < 8; ++i) {
    call_at_client(kDelayed, Nanos(0));
    talk.send(kClient, 300);
    talk.pass(kRoundTrip);
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    MadeSegment probe = talk.compose(kServer, std::string(60, 'x'));
    talk.ack(kClient);
    talk.pass(250ms);
    *probe.ts_value += 250'000;  // It echoes what it had heard, and tells its own time.
    talk.put(probe);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(60ms);
  }
  EXPECT_EQ(flow().stalls.size(), 8U);
}

// Of a system whose timer is short (11 ms); a path that does not vary needs no wide hole.
TEST_F(Paths, AShortTimerIsToldOnACalmPath) {
  talk.open(kRoundTrip);
  call_at_server(Nanos(0), Nanos(0));
  for (int i = 0; i < 12; ++i) call_at_server(i == 0 ? 9ms : 11ms, Nanos(0));
  EXPECT_GE(flow().stalls.size(), 11U);
}

TEST_F(Paths, PromptAcksThatComeLateByTheirWayAreNoDelayedOnes) {
  talk.open(kRoundTrip);
  for (const Nanos late_by : kLate) call_at_server(Nanos(0), late_by);
  for (const Nanos late_by : kLate) call_at_server(Nanos(0), late_by);
  const ConnectionFlow seen = flow();
  EXPECT_TRUE(seen.stalls.empty());
  EXPECT_GE(seen.holds_of_one_rtt, 14U);
  EXPECT_GE(seen.varies, 15ms);
}

TEST_F(Paths, DelayedAcksStandApartFromWhatThePathVariesBy) {
  talk.open(kRoundTrip);
  for (const Nanos late_by : kLate) call_at_server(Nanos(0), late_by);
  for (const Nanos late_by : kLate) call_at_server(kDelayed, late_by);
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), kLate.size());
  EXPECT_EQ(seen.stalls.front().confidence, Confidence::kHigh);
}

TEST_F(Paths, HeldDataMayComeLateToACaptureAtTheClient) {
  talk.open(kMoment, kRoundTrip);
  for (int call = 0; call < 4; ++call) call_at_client(Nanos(0), Nanos(0));
  for (const Nanos late_by : kLate) call_at_client(kDelayed, late_by);
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), kLate.size());
  EXPECT_EQ(seen.stalls.front().confidence, Confidence::kHigh);
  // Held from when it left, not from when it was seen.
  EXPECT_EQ(seen.stalls[1].hold, kRoundTrip + kDelayed + kLate[1]);
}

// By less than the path varies by twice: what a server writes by its own clock follows such ACKs as
// closely, and does so each time.
TEST_F(Paths, AcksThatAreLateByLessThanThePathHidesMakeNobodySure) {
  talk.open(kMoment, kRoundTrip);
  for (int call = 0; call < 4; ++call) call_at_client(Nanos(0), Nanos(0));
  for (int round = 0; round < 2; ++round) {
    for (const Nanos late_by : kLate) call_at_client(20ms, late_by);
  }
  const ConnectionFlow seen = flow();
  ASSERT_FALSE(seen.stalls.empty());
  for (const Stall& stall : seen.stalls) EXPECT_NE(stall.confidence, Confidence::kHigh);
}

// A pause that ends near the ACK of a long path: at the sender itself nothing is late but it.
TEST_F(Paths, APauseIsNoHoldWhereTheCaptureIsAtTheSender) {
  constexpr Nanos kFar = 150ms;
  talk.open(kFar);
  for (int call = 0; call < 6; ++call) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kFar + kDelayed);
    talk.ack(kClient);
    talk.pass(5ms);
    talk.send(kServer, 60);
    talk.pass(kFar);
    talk.ack(kClient);
    talk.pass(60ms);
  }
  EXPECT_TRUE(flow().stalls.empty());
}

TEST_F(Paths, AFullSegmentUnderWayKeepsWhatWaitsForTheAck) {
  talk.open(kMoment, kRoundTrip);
  talk.send(kServer, 100);
  const MadeSegment full = talk.compose(kServer, std::string(1448, 'x'));
  talk.pass(kMoment);
  talk.ack(kClient);
  talk.put(full);
  talk.pass(kRoundTrip);
  talk.send(kServer, 60);
  EXPECT_EQ(flow().holds_of_one_rtt, 1U);
}

// A path narrower than either link: what fills it is no small segment, and proves nothing.
TEST_F(Paths, SegmentsOfOneLengthThatEndNoWriteAreFull) {
  talk.open();
  const auto cut = [&](bool psh) {
    MadeSegment made = talk.compose(kServer, std::string(1348, 'x'));
    made.psh = psh;
    talk.put(made);
    talk.pass(kMoment);
  };
  for (int call = 0; call < 6; ++call) {
    talk.stalled_call();
    talk.send(kClient, 300);
    talk.pass(kMoment);
    for (int part = 0; part < 8; ++part) cut(part % 4 == 3);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.from_server.mss, 1348U);
  EXPECT_FALSE(seen.from_server.nodelay_proven);
  EXPECT_EQ(seen.stalls.size(), 6U);
}

TEST_F(Paths, ASendersOwnOfferBoundsItsSegments) {
  talk.server_mss = 1360;  // Its link is the narrower one: 1348 with timestamps.
  talk.open();
  for (int call = 0; call < 4; ++call) {
    talk.stalled_call();
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 1348);
    talk.pass(kMoment);
    talk.send(kServer, 1348);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.from_server.mss, 1348U);
  EXPECT_EQ(seen.from_server.nodelay_proofs, 0U);
  EXPECT_EQ(seen.stalls.size(), 4U);
}

// RFC 8985, 7.3: the probe of a sender whose ACK was lost carries what it holds.
TEST_F(Paths, AProbeWithHeldDataProvesNothing) {
  talk.open();
  for (int call = 0; call < 3; ++call) talk.stalled_call();
  for (int call = 0; call < 3; ++call) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(230ms);
    talk.send(kServer, 60);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  EXPECT_EQ(seen.from_server.nodelay_proofs, 0U);
  EXPECT_EQ(seen.stalls.size(), 3U);
}

TEST_F(Paths, CallsInWhichTheServerThinksDoNotHideASeries) {
  talk.open();
  for (int call = 0; call < 8; ++call) {
    talk.stalled_call();
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(Millis(16 + 5 * call));
    talk.send(kServer, 60);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 8U);
  EXPECT_EQ(seen.stalls.front().confidence, Confidence::kHigh);
}

// A handler sleeps for as long as the timer and the round trip: its data keeps time with what it
// sent before, while the ACKs come when they come.
TEST_F(Paths, WhatKeepsItsSendersTimeIsNotHeld) {
  talk.open(kMoment, kRoundTrip);
  for (int call = 0; call < 12; ++call) {
    const Nanos ack_delay = Millis(40 + call % 4);
    talk.send(kClient, 300);
    talk.pass(kRoundTrip);
    talk.send(kServer, 100);
    talk.pass(ack_delay);
    MadeSegment written = talk.compose(kServer, std::string(60, 'x'));
    talk.ack(kClient);
    talk.pass(kRoundTrip + Millis(42) - ack_delay);
    *written.ts_value += 43'000;
    *written.ts_echo += 43'000;
    talk.put(written);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(60ms);
  }
  EXPECT_TRUE(flow().stalls.empty());
}

// What a proxy forwards comes just behind an ACK, too, if its own peer's timer ran beside: but a
// process had to be woken for it each time.
TEST_F(Paths, WhatNeverLeavesAtOnceIsNotSure) {
  talk.open();
  for (int call = 0; call < 8; ++call) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(140us);
    talk.send(kServer, 60);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 8U);
  EXPECT_EQ(seen.stalls.front().confidence, Confidence::kMedium);
}

}  // namespace
}  // namespace tailrace
