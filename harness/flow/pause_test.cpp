// SPDX-License-Identifier: Apache-2.0
// What a sender's own pauses take off its holds, and when chance brings its data to an ACK.
#include <gtest/gtest.h>

#include "harness/flow/made_conversation.h"

namespace tailrace {
namespace {

constexpr auto kClient = Side::kClient, kServer = Side::kServer;
constexpr Nanos kTrip = Millis(20);

class Pauses : public testing::Test, protected OneConversation {
 protected:
  // Seen at the client; the times are between head and ACK, and from there to the body.
  void call(Nanos ack, Nanos body) {
    talk.send(kClient, 300);
    talk.pass(kTrip);
    talk.send(kServer, 100);
    talk.pass(ack);
    talk.ack(kClient);
    talk.pass(body);
    talk.send(kServer, 60);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  // By a clock of milliseconds.
  void call_of_whole_millis(Nanos ack) {
    talk.send(kClient, 300);
    talk.pass(Millis(1));
    talk.send(kServer, 100);
    talk.pass(ack);
    talk.ack(kClient);
    talk.send(kServer, 60);
    talk.pass(Millis(1));
  }
};

// The body of the first call is lost before the capture and sent again after 240 ms.
TEST_F(Pauses, ALossBeforeTheCaptureIsNone) {
  talk.open(kMoment, kTrip);
  call(kMoment, Millis(260));
  for (int i = 0; i < 5; ++i) call(kDelayed, kTrip);
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 5U);
  EXPECT_EQ(seen.stalls.back().hold, kDelayed + kTrip);
}

// The first answer was late for a reason of its own: what leaves on ACKs that vary, and sooner than
// that, is held by them.
TEST_F(Pauses, OneThatWasLongByChanceIsForgotten) {
  talk.open(kMoment, kTrip);
  call(kMoment, Millis(90));
  for (int i = 0; i < 6; ++i) call(kDelayed + Millis(i % 4 * 3), kTrip);
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 6U);
  EXPECT_EQ(seen.stalls.back().hold, kDelayed + Millis(3) + kTrip);
}

// Of the first answer nothing tells that it is usual, and what comes clearly sooner that it is not,
// however little the ACKs vary. One that came again is usual.
TEST_F(Pauses, OneThatWasSeenOnceSaysLittle) {
  for (const int seen : {1, 2}) {
    FlowAnalyzer flows{FlowOptions{}};
    Conversation story(flows);
    story.stamps = false;
    story.open(kMoment, kTrip);
    for (int i = 0; i < seen + 8; ++i) {
      story.send(kClient, 300);
      story.pass(kTrip);
      story.send(kServer, 100);
      story.pass(i < seen ? kMoment : Nanos(Millis(40 + i % 4)));
      story.ack(kClient);
      story.pass(i < seen ? Nanos(Millis(100)) : kTrip + i % 2 * Millis(1));
      story.send(kServer, 60);
      story.pass(kMoment);
      story.ack(kClient);
      story.pass(kMoment);
    }
    const auto stalls = flows.finish().connections.front().stalls;
    EXPECT_EQ(stalls.size(), seen == 1 ? 8U : 0U);
    for (const Stall& stall : stalls) {
      EXPECT_EQ(stall.hold, stall.release_at - stall.waiting_at);
    }
  }
}

// The turn that took long to begin had a short pause: so can the others, whatever they took later.
TEST_F(Pauses, ALongerOneReplacesNoShorterOne) {
  talk.open();
  for (const auto& [thought, pause] : {std::pair{Millis(60), Millis(4)}, {Millis(1), Millis(47)}}) {
    talk.send(kClient, 300);
    talk.pass(thought);
    talk.send(kServer, 100);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(pause);
    talk.send(kServer, 60);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  for (int i = 0; i < 4; ++i) talk.stalled_call();
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 4U);
  EXPECT_EQ(seen.stalls.back().hold, kDelayed + kMoment - Millis(4) - kMoment);
}

// At the sender itself less is needed to tell: a JVM took 42 ms for its first body.
TEST_F(Pauses, OneThatWasAsLongAsTheTimerIsForgottenAtItsSender) {
  talk.open();
  call(kMoment, Millis(42));
  for (int i = 0; i < 8; ++i) call(Millis(39 + i % 4 * 2), kMoment);
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 8U);
  for (const Stall& stall : seen.stalls) {
    EXPECT_EQ(stall.hold, stall.release_at - stall.waiting_at) << "those before, too";
    EXPECT_EQ(stall.confidence, Confidence::kHigh);
  }
}

// A program that loads its code first is slow all through its first turn.
TEST_F(Pauses, OfATurnThatWasSlowToBeginAreNotUsual) {
  for (const Nanos thought : {Millis(5), Millis(600)}) {
    FlowAnalyzer flows{FlowOptions{}};
    Conversation story(flows);
    story.open();
    story.send(kClient, 300);
    story.pass(thought);
    story.send(kServer, 100);
    story.pass(kMoment);
    story.ack(kClient);
    story.pass(Millis(30));
    story.send(kServer, 60);
    story.pass(kMoment);
    for (int i = 0; i < 4; ++i) story.stalled_call();
    const auto stalls = flows.finish().connections.front().stalls;
    ASSERT_EQ(stalls.size(), 4U);
    const Nanos apart = stalls.back().release_at - stalls.back().waiting_at;
    const Nanos pause = thought > Millis(100) ? Nanos(0) : Millis(30) + kMoment;
    EXPECT_EQ(stalls.back().hold, apart - pause);
  }
}

TEST_F(Pauses, OfTheFirstRequestAreLearnt) {
  talk.open();
  for (const Nanos ack : {kMoment, kDelayed, kDelayed}) {
    talk.send(kClient, 200);
    talk.pass(ack);
    talk.ack(kServer);
    talk.pass(ack == kMoment ? Millis(10) : kMoment);
    talk.send(kClient, 90);
    talk.pass(kMoment);
    talk.send(kServer, 300);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 2U);
  for (const Stall& stall : seen.stalls) {
    EXPECT_EQ(stall.hold, kDelayed + kMoment - Millis(10) - kMoment);
  }
}

// Within a tick of it data comes close to an ACK by chance, as that of a handler that sleeps.
TEST_F(Pauses, ACoarseClockMakesNothingSure) {
  talk.open(Millis(1), Millis(1));
  talk.pass(Millis(1) - kMoment);
  for (int i = 0; i < 6; ++i) call_of_whole_millis(Millis(43));
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 6U);
  EXPECT_EQ(seen.stalls.back().confidence, Confidence::kMedium);
}

TEST_F(Pauses, ACoarseClockShowsWhatKeepsToAcksThatVary) {
  talk.open(Millis(1), Millis(1));
  talk.pass(Millis(1) - kMoment);
  for (int i = 0; i < 8; ++i) call_of_whole_millis(Millis(40 + i % 4 * 3));
  EXPECT_EQ(flow().stalls.back().confidence, Confidence::kHigh);
}

// Two that keep other clocks look alike, where either ticks but a few times meanwhile.
TEST_F(Pauses, ABluntClockMakesNothingSure) {
  talk.open(Millis(10), Millis(10));
  talk.pass(Millis(10) - kMoment);
  for (int i = 0; i < 8; ++i) {
    talk.send(kClient, 300);
    talk.pass(Millis(10));
    talk.send(kServer, 100);
    talk.pass(Millis(40 + i % 4 * 10));
    talk.ack(kClient);
    talk.send(kServer, 60);
    talk.pass(Millis(10));
  }
  const ConnectionFlow seen = flow();
  ASSERT_FALSE(seen.stalls.empty());
  for (const Stall& stall : seen.stalls) EXPECT_EQ(stall.confidence, Confidence::kMedium);
}

// At the sender itself held data leaves at once: 10 us, and not 200.
TEST_F(Pauses, WhatLeavesAWhileAfterItsAckIsNotSure) {
  talk.open();
  for (int i = 0; i < 4; ++i) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(std::chrono::microseconds(200));
    talk.send(kServer, 60);
    talk.pass(kMoment);
  }
  EXPECT_EQ(flow().stalls.back().confidence, Confidence::kMedium);
}

// One of a series left a millisecond after its ACK: at the sender itself, so it was written then.
TEST_F(Pauses, ASeriesSaysNothingOfWhatCameNearAnAckOnly) {
  talk.open();
  for (int i = 0; i < 12; ++i) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(i == 6 ? Millis(1) : kMoment);
    talk.send(kServer, 60);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 11U);
  for (const Stall& stall : seen.stalls) EXPECT_EQ(stall.confidence, Confidence::kHigh);
}

// Tornado sets TCP_NODELAY for the end of each answer and takes it back: that the end leaves at
// once says nothing of the events before it.
TEST_F(Pauses, AnOptionForTheEndsAcquitsNothingBeforeThem) {
  talk.open();
  for (int i = 0; i < 6; ++i) {
    call(Millis(40) + i * std::chrono::microseconds(700), kMoment);
    talk.prompt_call();
  }
  const ConnectionFlow seen = flow();
  EXPECT_TRUE(seen.from_server.nodelay_proven);
  EXPECT_EQ(seen.stalls.size(), 6U);
}

// A proxy passes on what a server behind it held: most of it comes with the ACK, by one host's
// clock. What left late and before its ACK was held by nobody here.
TEST_F(Pauses, WhatLeftLateAndBeforeItsAckMakesNobodySure) {
  talk.open();
  for (int i = 0; i < 8; ++i) call(Millis(40) + i * std::chrono::microseconds(700), kMoment);
  for (int i = 0; i < 2; ++i) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(Millis(39));
    talk.send(kServer, 60);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 8U);
  for (const Stall& stall : seen.stalls) EXPECT_EQ(stall.confidence, Confidence::kMedium);
}

// With the option set for all of it: what takes as long as a timer keeps no time of the ACKs.
TEST_F(Pauses, AWorkerOfATimersLengthWithTheOptionHoldsNothing) {
  talk.open();
  for (int i = 0; i < 6; ++i) {
    const Nanos sooner = i % 3 * std::chrono::microseconds(50);
    call(kDelayed - sooner, kMoment + sooner);
    talk.prompt_call();
  }
  EXPECT_TRUE(flow().stalls.empty());
}

// Packets of the path that are late break no series that follows ACKs which vary.
TEST_F(Pauses, LatePacketsAreNoDoubtInWhatFollowsTheAcks) {
  talk.open(kMoment, kTrip);
  for (int i = 0; i < 8; ++i) {
    const bool late = i % 4 == 3;
    call(Millis(40) + i * std::chrono::microseconds(700), late ? kTrip + Millis(14) : kTrip);
  }
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 6U);
  EXPECT_EQ(seen.stalls.back().confidence, Confidence::kHigh);
}

// A handler writes 43 ms after its head whatever holds it. Only where the ACK comes later than that
// does something, for the rest: a first body that took longer makes it no more.
TEST_F(Pauses, OfAHandlerThatWritesByItsOwnTimeAreNoHold) {
  for (const Nanos first : {Nanos(Millis(43)), Nanos(Millis(50)), Nanos(Millis(57))}) {
    FlowAnalyzer flows{FlowOptions{}};
    Conversation story(flows);
    story.open();
    for (int i = 0; i < 41; ++i) {
      story.send(kClient, 300);
      story.pass(kMoment);
      story.send(kServer, 100);
      const Nanos ack = i == 0 ? Nanos(kMoment) : i % 2 == 0 ? Millis(45) : Millis(41);
      const Nanos own = i == 0 ? first : Nanos(Millis(43));
      story.pass(ack);
      story.ack(kClient);
      story.pass(std::max(own - ack, Nanos(kMoment)));
      story.send(kServer, 60);
      story.pass(Millis(2));
    }
    const ConnectionFlow seen = flows.finish().connections.front();
    ASSERT_EQ(seen.stalls.size(), 20U);
    for (const Stall& stall : seen.stalls) EXPECT_EQ(stall.hold, Millis(2) + kMoment);
  }
}

// One cold call says less than five that were sooner, however little their ACKs vary.
TEST_F(Pauses, OneThatWasAsLongAsTheTimerOutweighsNoSeries) {
  talk.open();
  call(kMoment, Millis(44));
  for (int i = 0; i < 12; ++i) call(Millis(40) + i % 3 * std::chrono::microseconds(50), kMoment);
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), 12U);
  for (const Stall& stall : seen.stalls) {
    EXPECT_EQ(stall.hold, stall.release_at - stall.waiting_at);
  }
}

}  // namespace
}  // namespace tailrace
