// SPDX-License-Identifier: Apache-2.0
// What tells how a path varies beside the segments of one connection themselves: other connections
// of the same hosts, second copies of packets, and what comes later.
#include <gtest/gtest.h>

#include <array>

#include "harness/flow/copy_delays.h"
#include "harness/flow/known_ways.h"
#include "harness/flow/lateness.h"
#include "harness/flow/made_conversation.h"

namespace tailrace {
namespace {

using namespace std::chrono_literals;

constexpr auto kClient = Side::kClient, kServer = Side::kServer;
constexpr Nanos kRoundTrip = 20ms;
constexpr std::array<Nanos, 8> kLate = {3ms, 17ms, 0ms, 9ms, 19ms, 6ms, 13ms, 0ms};

TEST(KnownWay, TellsTheMostOfTheLastWhile) {
  KnownWay way;
  way.note(12ms, RealTime{100s});
  way.note(5ms, RealTime{110s});
  EXPECT_EQ(way.spread(RealTime{150s}), 12ms);
  EXPECT_EQ(way.spread(RealTime{161s}), Nanos(0)) << "paths change";
  way.note(5ms, RealTime{161s});
  EXPECT_EQ(way.spread(RealTime{161s}), 5ms);
}

TEST(KnownWay, IsKnownToAConnectionThatIsTooYoungToKnow) {
  const auto way = std::make_shared<KnownWay>();
  Lateness young(way);
  EXPECT_FALSE(young.varies().has_value());
  way->note(12ms, RealTime{1s});
  Segment segment;
  segment.time = RealTime{2s};
  young.take(segment);
  EXPECT_EQ(young.varies(), Nanos(12ms));
}

TEST(CopyDelays, VaryByAllButTheLongest) {
  CopyDelays delays;
  EXPECT_EQ(delays.spread(), Nanos(0));
  for (const Nanos delay : {Nanos(12ms), Nanos(20us), Nanos(10ms), Nanos(90ms), Nanos(15ms)}) {
    delays.note(delay);
  }
  EXPECT_EQ(delays.spread(), 5ms) << "20 us is no way, 90 ms were one stop";
}

class KnownPaths : public testing::Test, protected OneConversation {
 protected:
  // Captured at the server, which holds the end of its answer until the prompt ACK has come.
  void prompt_call_at_server(Nanos late_by) {
    talk.late(kClient, late_by, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(kRoundTrip);
    talk.late(kClient, late_by);
    talk.pass(kMoment);
    talk.send(kServer, 60);
    talk.pass(kRoundTrip);
    talk.late(kClient, late_by);
    talk.pass(20ms);
  }
  // Captured where packets are forwarded to the server: as they come, and as they go on.
  void forward(Side from, Nanos delay, std::size_t length = 0) {
    const MadeSegment made = talk.compose(from, std::string(length, 'x'));
    talk.put(made);
    talk.pass(delay);
    talk.put(made);
    talk.pass(kMoment);
  }
  void call_through(Nanos ack_delay, Nanos late_by, Nanos trip) {
    const Nanos there = trip + late_by;
    forward(kClient, there, 300);
    forward(kServer, kMoment, 100);
    talk.pass(ack_delay);
    forward(kClient, there);
    forward(kServer, kMoment, 60);
    talk.pass(kMoment);
    forward(kClient, there);
    talk.pass(20ms);
  }
};

// Each of one call: none of them is old enough to know.
TEST_F(KnownPaths, NewConnectionsKnowWhatOthersShowed) {
  talk.open(kRoundTrip);
  for (const Nanos late_by : kLate) prompt_call_at_server(late_by);
  for (const Nanos late_by : kLate) prompt_call_at_server(late_by);
  for (const Nanos late_by : kLate) {
    ++talk.client_port;
    talk.open(kRoundTrip);
    prompt_call_at_server(late_by);
  }
  const FlowReport report = analyzer.finish();
  ASSERT_EQ(report.connections.size(), 1 + kLate.size());
  for (const ConnectionFlow& flow : report.connections) {
    EXPECT_TRUE(flow.stalls.empty()) << "port " << flow.client.port;
  }
}

TEST_F(KnownPaths, SecondCopiesTellHowTheWayBetweenThemVaries) {
  talk.open(kMoment, kRoundTrip);
  for (const Nanos late_by : kLate) call_through(Nanos(0), late_by, kRoundTrip);
  for (const Nanos late_by : kLate) call_through(kDelayed, late_by, kRoundTrip);
  const ConnectionFlow seen = flow();
  ASSERT_EQ(seen.stalls.size(), kLate.size());
  EXPECT_EQ(seen.stalls.front().holder, kServer);
}

// It takes next to nothing at best, and the server seems to be where the capture is.
TEST_F(KnownPaths, AWayThatIsShortAtBestMayVaryAllTheSame) {
  constexpr Nanos kShort = 300us;
  talk.open(kRoundTrip, kShort);
  for (const Nanos late_by : kLate) call_through(Nanos(0), late_by, kShort);
  for (const Nanos late_by : kLate) call_through(kDelayed, late_by, kShort);
  EXPECT_EQ(flow().stalls.size(), kLate.size());
}

// Seen at the client: its first ACK took 8 ms to the server, which nobody knew for usual then.
TEST_F(KnownPaths, AHoldBeforeThatWasKnownIsToldWhenItIs) {
  talk.open(kMoment, kRoundTrip);
  constexpr std::array<Nanos, 8> kSomeLate = {8ms, 3ms, 6ms, 0ms, 9ms, 4ms, 7ms, 2ms};
  for (const Nanos on_the_way : kSomeLate) {
    talk.send(kClient, 300);
    talk.pass(kRoundTrip);
    talk.late(kServer, on_the_way, 100);
    talk.pass(kDelayed);
    talk.ack(kClient);
    talk.pass(kRoundTrip);
    talk.late(kServer, on_the_way, 60);
    talk.pass(kMoment);
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  const ConnectionFlow seen = flow();
  ASSERT_FALSE(seen.stalls.empty());
  EXPECT_EQ(seen.stalls.front().waiting_offset, 0U);
}

}  // namespace
}  // namespace tailrace
