// SPDX-License-Identifier: Apache-2.0
// The rest of a message that waits for the ACK of a full segment, as on Windows, macOS and BSDs.
#include <gtest/gtest.h>

#include "harness/flow/flow_observer.h"
#include "harness/flow/made_conversation.h"

namespace tailrace {
namespace {

constexpr auto kClient = Side::kClient, kServer = Side::kServer;
constexpr std::size_t kFull = 1448;

class Flows final : public FlowObserver {
 public:
  void on_packet(const PacketFacts& facts) override {
    releases += facts.release != nullptr && !facts.release->on_prompt_ack;
    for (const Repeated* repeat : facts.repeats) {
      if (repeat == nullptr) continue;
      lost_acks += repeat->ack_lost;
      unseen += repeat->unseen;
    }
  }
  void on_open(ConnectionId, const Endpoint&, const Endpoint&, RealTime) override {}
  void on_bytes(const StreamPlace&, std::string_view) override {}
  void on_gap(const StreamPlace&, std::uint64_t) override {}
  void on_end(const StreamPlace&, bool) override {}
  void on_done(ConnectionId, ConnectionFlow flow) override { last = std::move(flow); }

  ConnectionFlow last;
  std::uint64_t releases = 0, lost_acks = 0, unseen = 0;
};

class Behind : public testing::Test {
 protected:
  // A call whose answer is a full segment and a rest, which leaves so long after the ACK.
  void call(Nanos ack_after, Nanos rest_after = kMoment, std::size_t first = kFull) {
    talk.send(kClient, 200);
    talk.pass(kMoment);
    talk.send(kServer, first);
    talk.pass(ack_after);
    if (ack_after > Nanos(0)) talk.ack(kClient);
    talk.pass(rest_after);
    talk.send(kServer, 300);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  // A call whose head is lost before the capture; its body comes after that.
  void call_without_head(Nanos after) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    const MadeSegment head = talk.compose(kServer, std::string(100, 'h'));
    talk.pass(after);
    talk.send(kServer, 60);
    talk.pass(kMoment);
    talk.put(talk.again(head));
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  std::vector<Stall> stalls() {
    analyzer.finish();
    return flows.last.stalls;
  }

  Flows flows;
  FlowAnalyzer analyzer{FlowOptions{}, flows};
  Conversation talk{analyzer};
};

TEST_F(Behind, ASeriesIsHeldByRfc896) {
  talk.open();
  for (int i = 0; i < 5; ++i) call(kDelayed);
  const auto seen = stalls();
  ASSERT_EQ(seen.size(), 5U);
  EXPECT_EQ(seen[0].holder, kServer);
  EXPECT_EQ(seen[0].confidence, Confidence::kHigh);
  EXPECT_EQ(seen[0].waiting_length, kFull);
  EXPECT_EQ(seen[0].release_length, 300U);
  EXPECT_EQ(seen[0].hold, kDelayed + kMoment);
  EXPECT_EQ(flows.releases, 3U) << "of the first two it is not known yet";
}

TEST_F(Behind, TwoMayBeChance) {
  talk.open();
  for (int i = 0; i < 2; ++i) call(kDelayed);
  EXPECT_TRUE(stalls().empty());
}

TEST_F(Behind, WhoSendsOneBeforeTheAckHoldsNone) {
  talk.open();
  for (int i = 0; i < 5; ++i) call(kDelayed);
  call(Nanos(0), Millis(5));
  EXPECT_TRUE(stalls().empty());
}

TEST_F(Behind, ThinkingBringsItNearTheAckNowAndThen) {
  talk.open();
  for (int i = 0; i < 4; ++i) {
    call(kDelayed);
    call(kDelayed, Millis(3));
  }
  EXPECT_TRUE(stalls().empty());
}

// lwIP and others write the head of an answer by itself: its own ACK comes first, and at once.
TEST_F(Behind, ASmallSegmentBeforeItHidesNothing) {
  talk.open();
  for (int i = 0; i < 4; ++i) {
    talk.send(kClient, 200);
    talk.pass(kMoment);
    talk.send(kServer, 80);
    const MadeSegment of_head = talk.compose(kClient);
    talk.send(kServer, kFull);
    talk.pass(kMoment);
    talk.put(of_head);
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 300);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  const auto seen = stalls();
  ASSERT_EQ(seen.size(), 4U);
  for (const Stall& stall : seen) EXPECT_EQ(stall.waiting_length, kFull);
}

TEST_F(Behind, APromptAckHoldsNothing) {
  talk.open();
  for (int i = 0; i < 5; ++i) call(kMoment);
  EXPECT_TRUE(stalls().empty());
}

TEST_F(Behind, ASmallWindowMakesItWaitAsWell) {
  talk.window = 1600;
  talk.open();
  for (int i = 0; i < 5; ++i) call(kDelayed);
  EXPECT_TRUE(stalls().empty());
}

// Offloading shows several segments as one, which fill the window all the same.
TEST_F(Behind, WhatFillsTheWindowMakesItWaitToo) {
  talk.window = 2 * kFull;
  talk.open();
  for (int i = 0; i < 5; ++i) call(kDelayed, kMoment, 2 * kFull);
  EXPECT_TRUE(stalls().empty());
}

TEST_F(Behind, ASmallSegmentThatFillsTheWindowIsNotWaitedFor) {
  talk.window = 1000;
  talk.open();
  for (int i = 0; i < 5; ++i) call(kDelayed, Nanos(0), 1000);
  EXPECT_TRUE(stalls().empty());
}

TEST_F(Behind, ASmallSegmentThatLeavesRoomIsWaitedFor) {
  talk.open();
  for (int i = 0; i < 5; ++i) call(kDelayed, Nanos(0), 1000);
  EXPECT_FALSE(stalls().empty());
}

// Its ACK never comes, and the probe sends what had waited for it, after 250 ms.
TEST_F(Behind, WhatAProbeSendsWaitedForAnAckThatWasLost) {
  talk.open();
  for (int i = 0; i < 4; ++i) talk.stalled_call();
  for (const Nanos wait : {Millis(250), Millis(2000)}) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(wait);
    talk.send(kServer, 60);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  EXPECT_EQ(stalls().size(), 4U);
  EXPECT_EQ(flows.lost_acks, 1U) << "no probe waits for two seconds";
}

// What was held leaves behind a lost head with the probe only; who holds nothing was thinking.
TEST_F(Behind, WhatAProbeSendsBehindALostHeadWaitedForThat) {
  talk.open();
  for (int i = 0; i < 6; ++i) talk.stalled_call();
  call_without_head(Millis(240));
  analyzer.finish();
  EXPECT_EQ(flows.unseen, 1U);
}

TEST_F(Behind, WhoHoldsNothingWasThinkingBeforeALostHead) {
  talk.open();
  for (int i = 0; i < 6; ++i) talk.prompt_call();
  call_without_head(Millis(240));
  analyzer.finish();
  EXPECT_EQ(flows.unseen, 0U);
}

}  // namespace
}  // namespace tailrace
