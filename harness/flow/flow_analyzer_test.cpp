// SPDX-License-Identifier: Apache-2.0
// Packets to connections and streams: order, copies, who is who, bounds.
#include "harness/flow/flow_analyzer.h"

#include <gtest/gtest.h>

#include "harness/flow/clock_steps.h"
#include "harness/flow/made_conversation.h"
#include "harness/flow/told_streams.h"

namespace tailrace {
namespace {

constexpr auto kClient = Side::kClient, kServer = Side::kServer;

TEST(Flow, AConnectionIsReadFromItsSynToItsEnd) {
  ToldStreams told;
  FlowAnalyzer analyzer{FlowOptions{}, &told};
  Conversation talk{analyzer};
  talk.open();
  talk.put(talk.compose(kClient, "GET"));
  MadeSegment last = talk.compose(kServer, "OK");
  last.fin = true;
  talk.put(last);
  talk.put(talk.again(last));  // Its second time is no second end.
  MadeSegment reset = talk.compose(kClient, "why");
  reset.rst = true;
  talk.put(reset);
  const FlowReport report = analyzer.finish();
  EXPECT_EQ(told.text, "open1 40000>80 GET@4 OK@5 end@5 reset@7 ");
  EXPECT_EQ(report.frames, 7U);
  EXPECT_EQ(report.segments, 7U);
  ASSERT_EQ(report.connections.size(), 1U);
  const ConnectionFlow& flow = report.connections.front();
  EXPECT_TRUE(flow.syn_seen);
  EXPECT_EQ(flow.client.port, 40000);
  EXPECT_EQ(flow.server.port, 80);
  EXPECT_EQ(flow.first_frame.value, 1U);
  EXPECT_EQ(flow.from_client.payload_bytes, 3U);
  EXPECT_EQ(flow.from_server.payload_bytes, 2U);
  EXPECT_EQ(flow.from_server.retransmissions, 1U);
  EXPECT_TRUE(flow.from_server.fin_at && !flow.from_server.rst_at);
  EXPECT_TRUE(flow.from_client.rst_at && !flow.from_client.fin_at);
}

TEST(Flow, AResetInTheMiddleEndsOneDirectionOnly) {
  ToldStreams told;
  FlowAnalyzer analyzer{FlowOptions{}, &told};
  Conversation talk{analyzer};
  talk.open();
  talk.compose(kServer, "lost");
  talk.put(talk.compose(kServer, "kept"));
  MadeSegment reset = talk.compose(kServer);
  reset.rst = true;
  talk.put(reset);
  analyzer.finish();
  EXPECT_EQ(told.text, "open1 40000>80 gap4@5 kept@4 reset@5 ");
}

TEST(Flow, BytesTheCaptureLostAreAGapOnceAcknowledged) {
  ToldStreams told;
  FlowAnalyzer analyzer{FlowOptions{}, &told};
  Conversation talk{analyzer};
  talk.open();
  talk.compose(kServer, "lost");
  talk.put(talk.compose(kServer, "kept"));
  talk.ack(kClient);
  analyzer.finish();
  EXPECT_EQ(told.text, "open1 40000>80 gap4@5 kept@4 ");
}

TEST(Flow, ARetransmissionFromBeforeTheCaptureIsLeftOut) {
  ToldStreams told;
  FlowAnalyzer analyzer{FlowOptions{}, &told};
  Conversation talk{analyzer};
  const MadeSegment before = talk.compose(kServer, "before");
  talk.put(talk.compose(kServer, "HTTP/1.1 200"));
  talk.put(talk.again(before));
  talk.ack(kClient);
  const FlowReport report = analyzer.finish();
  EXPECT_EQ(told.text, "open1 40000>80 HTTP/1.1 200@1 ");
  EXPECT_EQ(report.connections.at(0).from_server.retransmissions, 1U);
}

TEST(Flow, PacketsAreSortedByTime) {
  FlowAnalyzer analyzer{FlowOptions{}};
  Conversation talk{analyzer};
  talk.open();
  talk.send(kClient, 300);
  talk.pass(kMoment);
  const MadeSegment head = talk.compose(kServer, std::string(100, 'x'));
  const MadeSegment ack = talk.compose(kClient);
  talk.pass(kDelayed);
  talk.put(ack);  // One queue of the capture device is behind the other.
  talk.pass(-kDelayed);
  const FrameNumber waiting = talk.put(head);
  talk.pass(kDelayed + kMoment);
  talk.send(kServer, 60);
  const FlowReport report = analyzer.finish();
  ASSERT_EQ(report.connections.at(0).stalls.size(), 1U);
  EXPECT_EQ(report.connections.at(0).stalls[0].waiting_frame, waiting);
  EXPECT_EQ(report.connections.at(0).from_server.retransmissions, 0U);
}

TEST(Flow, AClockThatIsSetBackMixesNothing) {
  FlowAnalyzer analyzer{FlowOptions{}};
  Conversation talk{analyzer};
  talk.open();
  for (int call = 0; call < 8; ++call) {
    if (call == 4) talk.pass(-Millis(500));
    talk.stalled_call();
  }
  const FlowReport report = analyzer.finish();
  EXPECT_EQ(report.clock_set_back, 1U);
  ASSERT_EQ(report.connections.size(), 1U);
  EXPECT_EQ(report.connections.front().stalls.size(), 8U);
}

TEST(Flow, AClockThatIsSetBackShortensNoRoundTrip) {
  FlowAnalyzer analyzer{FlowOptions{}};
  Conversation talk{analyzer};
  talk.open(Millis(20));
  for (int call = 0; call < 6; ++call) {
    talk.send(kClient, 300);
    talk.pass(kMoment);
    talk.send(kServer, 100);
    talk.pass(Millis(call == 2 ? -500 : 20));
    talk.ack(kClient);
    talk.pass(kMoment);
    talk.send(kServer, 60);
    talk.pass(Millis(20));
    talk.ack(kClient);
    talk.pass(kMoment);
  }
  const FlowReport report = analyzer.finish();
  ASSERT_EQ(report.connections.size(), 1U);
  EXPECT_GE(report.connections.front().rtt, Millis(20));
  EXPECT_LE(report.connections.front().stalls.size(), 1U);
}

TEST(Flow, SecondCopiesCountOnce) {
  for (const bool v6 : {false, true}) {
    FlowAnalyzer analyzer{FlowOptions{}};
    Conversation talk{analyzer};
    talk.v6 = v6;
    talk.open();
    for (int call = 0; call < 3; ++call) {
      for (const Side side : {kClient, kServer}) {
        const MadeSegment made = talk.compose(side, "data");
        talk.put(made);
        talk.pass(Millis(5));  // The other side of a forwarding box.
        talk.put(made);
        talk.pass(Millis(5));
      }
    }
    const FlowReport report = analyzer.finish();
    EXPECT_EQ(report.second_copies, 6U) << v6;
    EXPECT_EQ(report.connections.at(0).from_server.segments, 4U) << v6;
    EXPECT_EQ(report.connections.at(0).from_server.retransmissions, 0U) << v6;
  }
}

// Captured where addresses are translated: the same packets to 10.0.0.2, and on to 172.17.0.2.
TEST(Flow, AConnectionOnBothSidesOfATranslationIsToldOnce) {
  FlowAnalyzer analyzer{FlowOptions{}};
  Conversation front{analyzer}, behind{analyzer};
  behind.share_frames(front);
  behind.server_port = 3000;
  const auto both = [&](Side from, const std::string& data, bool syn) {
    MadeSegment made = front.compose(from, data), copy = behind.compose(from, data);
    made.syn = copy.syn = syn;
    if (syn && from == kClient) made.ack_flag = copy.ack_flag = false;
    const bool inwards = from == kClient;
    inwards ? front.put(made) : behind.put(copy);
    inwards ? behind.put(copy) : front.put(made);
    for (Conversation* leg : {&front, &behind}) leg->pass(kMoment);
  };
  both(kClient, "", true);
  both(kServer, "", true);
  both(kClient, "request", false);
  both(kServer, "answer", false);
  const FlowReport report = analyzer.finish();
  EXPECT_EQ(report.translated, 1U);
  EXPECT_EQ(report.second_copies, 2U);
  ASSERT_EQ(report.connections.size(), 2U);
  EXPECT_GT(report.connections[0].from_server.payload_bytes, 0U);
  EXPECT_EQ(report.connections[1].from_server.payload_bytes, 0U);
}

// Some systems answer a SYN without an IP id; nobody repeats that answer within 200 ms.
TEST(Flow, ASecondCopyOfASynNeedsNoIpId) {
  FlowAnalyzer analyzer{FlowOptions{}};
  Conversation talk{analyzer};
  talk.stamps = false;
  MadeSegment syn = talk.compose(kServer);
  syn.syn = true;
  syn.ip_id = 0;
  for (const Nanos later : {Millis(5), Millis(1000), Millis(0)}) {
    talk.put(syn);
    talk.pass(later);
  }
  EXPECT_EQ(analyzer.finish().second_copies, 1U);
}

TEST(Flow, ACopyComesSoonOrIsNone) {
  FlowAnalyzer analyzer{FlowOptions{}};
  Conversation talk{analyzer};
  talk.open();
  const MadeSegment made = talk.compose(kClient, "data");
  talk.put(made);
  talk.pass(Millis(1100));
  talk.put(made);
  const FlowReport report = analyzer.finish();
  EXPECT_EQ(report.second_copies, 0U);
  EXPECT_EQ(report.connections.at(0).from_client.retransmissions, 1U);
}

TEST(Flow, ANewTimestampMakesARetransmissionEvenWithoutIpId) {
  FlowAnalyzer analyzer{FlowOptions{}};
  Conversation talk{analyzer};
  talk.open();
  MadeSegment made = talk.compose(kClient, "data");
  made.ip_id = 0;
  talk.put(made);
  MadeSegment repeated = talk.again(made);
  repeated.ip_id = 0;
  talk.put(repeated);
  const FlowReport report = analyzer.finish();
  EXPECT_EQ(report.second_copies, 0U);
  EXPECT_EQ(report.connections.at(0).from_client.retransmissions, 1U);
}

// Without a SYN: the sender of a request, the receiver of a response, else the higher port.
TEST(Flow, MidStreamTheClientIsKnownByItsRequest) {
  struct Row {
    Side first;
    std::string payload;
    std::uint16_t client_port, server_port;
  };
  const std::vector<Row> rows = {{kClient, "POST /mcp HTTP/1.1\r\n", 1024, 45000},
                                 {kServer, "HTTP/1.1 200 OK\r\n", 1024, 45000},
                                 {kClient, "", 40000, 80},
                                 {kServer, "event: x", 40000, 80}};
  for (const Row& row : rows) {
    for (const bool with_sink : {false, true}) {
      ToldStreams told;
      FlowAnalyzer analyzer{FlowOptions{}, with_sink ? &told : nullptr};
      Conversation talk{analyzer};
      talk.client_port = row.client_port;
      talk.server_port = row.server_port;
      talk.put(talk.compose(row.first, row.payload));
      const FlowReport report = analyzer.finish();
      EXPECT_EQ(report.connections.at(0).client.port, row.client_port) << row.payload;
      EXPECT_FALSE(report.connections.at(0).syn_seen);
    }
  }
}

TEST(Flow, ANewSynOnOldAddressesIsANewConnection) {
  for (const bool old_syn_seen : {true, false}) {
    FlowAnalyzer analyzer{FlowOptions{}};
    Conversation old{analyzer}, anew{analyzer, 900'000'000};
    anew.share_frames(old);
    if (old_syn_seen) old.open();
    old.stalled_call();
    anew.pass(std::chrono::seconds(2));
    anew.open();
    anew.stalled_call();
    const FlowReport report = analyzer.finish();
    ASSERT_EQ(report.connections.size(), 2U) << old_syn_seen;
    EXPECT_EQ(report.connections[0].stalls.size(), 1U);
    EXPECT_EQ(report.connections[1].stalls.size(), 1U);
    EXPECT_EQ(report.connections[1].from_server.retransmissions, 0U);
    EXPECT_TRUE(report.connections[1].syn_seen);
  }
}

TEST(Flow, ARepeatedSynIsTheSameConnection) {
  FlowAnalyzer analyzer{FlowOptions{}};
  Conversation talk{analyzer};
  MadeSegment syn = talk.compose(kClient);
  syn.syn = true;
  syn.ack_flag = false;
  talk.put(syn);
  talk.pass(std::chrono::seconds(1));
  talk.put(talk.again(syn));
  EXPECT_EQ(analyzer.finish().connections.size(), 1U);
}

TEST(Flow, ALongSilenceEndsAConnection) {
  FlowOptions options;
  options.idle = std::chrono::minutes(4);
  options.idle_with_room = std::chrono::minutes(120);
  for (const bool room : {true, false}) {
    options.most_connections = room ? 100 : 7;
    for (const int minutes : {3, 5, 119, 121}) {
      FlowAnalyzer analyzer{options};
      Conversation talk{analyzer};
      talk.open();
      talk.pass(std::chrono::minutes(minutes));
      talk.send(kClient, 10);
      const bool goes_on = minutes < (room ? 120 : 4);
      EXPECT_EQ(analyzer.finish().connections.size(), goes_on ? 1U : 2U) << minutes;
    }
  }
}

TEST(Flow, ConnectionsAboveTheBoundAreCounted) {
  FlowOptions options;
  options.most_connections = 2;
  FlowAnalyzer analyzer{options};
  for (std::uint16_t number = 0; number < 5; ++number) {
    Conversation talk{analyzer};
    talk.client_port = static_cast<std::uint16_t>(40000 + number);
    talk.ack(kClient);
  }
  const FlowReport report = analyzer.finish();
  EXPECT_EQ(report.connections.size(), 2U);
  EXPECT_EQ(report.connections_left_out, 3U);
}

// Each step adds to what comes after it: the sum is no time any more, and goes no further.
TEST(Flow, AClockThatIsSetAnywhereTellsTimesThatCanBeTold) {
  ClockSteps clock;
  RealTime last;
  for (int i = 0; i < 40; ++i) {
    const RealTime told = clock.take(1, {i % 2 == 0 ? std::chrono::seconds(0xffffffff) : Nanos(0)});
    EXPECT_GE(told, last) << i;
    last = told;
  }
  EXPECT_LE(last.since_epoch, Nanos::max() / 2);
}

}  // namespace
}  // namespace tailrace
