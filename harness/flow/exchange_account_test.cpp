// SPDX-License-Identifier: Apache-2.0
// What of an exchange is the way of its request, and what a reset in the middle of data says.
#include "harness/flow/exchange_account.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/flow/capture_analysis.h"
#include "harness/flow/made_conversation.h"

namespace tailrace {
namespace {

constexpr auto kClient = Side::kClient, kServer = Side::kServer;
constexpr Nanos kTrip = Millis(20);

// A call whose body is so long.
std::string request_of(std::size_t body) {
  std::string call = R"({"jsonrpc":"2.0","id":1,"method":"tools/call"})";
  call.resize(body, ' ');
  return "POST /mcp HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body) + "\r\n\r\n" + call;
}

// Seen at the client, behind a slow link: what acknowledges a part left before the rest had come.
TEST(Exchanges, ARequestOfWhichAPartWasAcknowledgedIsOnItsWay) {
  for (const bool in_parts : {true, false}) {
    CaptureAnalysis whole{AnalysisOptions{}};
    Conversation story(whole);
    story.open(kMoment, kTrip);
    std::vector<MadeSegment> acks;
    for (const std::size_t from : {0U, 1448U, 2896U}) {
      story.put(story.compose(kClient, request_of(4000).substr(from, 1448)));
      acks.push_back(story.compose(kServer));
    }
    acks.pop_back();
    for (const MadeSegment& ack : acks) {
      story.pass(Millis(30));
      if (in_parts) story.put(ack);
    }
    story.pass(Millis(30));
    story.put(story.compose(kServer, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"));
    const CaptureReport seen = whole.finish("made.pcap", false);
    EXPECT_EQ(seen.causes[Cause::kTransfer], in_parts ? Millis(60) : Nanos(0));
    EXPECT_EQ(seen.causes[Cause::kServerThink], in_parts ? Millis(30) : Millis(90) - kTrip);
  }
}

// The client resets in the midst of a message behind its answer, or long after all was silent.
TEST(Exchanges, AResetInTheMidstOfDataLeavesNoStreamOpen) {
  for (const Nanos silent : {Nanos(kMoment), Nanos(Millis(60))}) {
    CaptureAnalysis whole{AnalysisOptions{}};
    Conversation story(whole);
    story.open();
    story.put(story.compose(kClient, request_of(300)));
    story.pass(kMoment);
    story.put(story.compose(kServer,
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                            "Transfer-Encoding: chunked\r\n\r\n"
                            "30\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}   \n\n\r\n"));
    story.pass(kMoment);
    story.put(story.compose(kServer, "ffff\r\n: more and more"));
    story.pass(silent);
    MadeSegment reset = story.compose(kClient);
    reset.rst = true;
    story.put(reset);
    const CaptureReport seen = whole.finish("made.pcap", false);
    EXPECT_EQ(seen.verdict, silent == kMoment ? kind::kReset : kind::kLeftOpen);
  }
}

// The server's FIN ends such an answer, and is no end of a call that waits.
TEST(Exchanges, AnAnswerThatEndsWithItsConnectionIsOne) {
  CaptureAnalysis whole{AnalysisOptions{}};
  Conversation story(whole);
  story.open();
  story.put(story.compose(kClient, request_of(300)));
  story.pass(kMoment);
  story.put(story.compose(kServer, "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"));
  story.pass(Millis(1));
  story.put(story.compose(kServer, R"({"jsonrpc":"2.0","id":1,"result":{}})"));
  story.pass(kMoment);
  MadeSegment fin = story.compose(kServer);
  fin.fin = true;
  story.put(fin);
  const CaptureReport seen = whole.finish("made.pcap", false);
  ASSERT_EQ(seen.exchanges.size(), 1U);
  EXPECT_FALSE(seen.exchanges.front().never_answered);
  EXPECT_TRUE(seen.exchanges.front().complete);
}

// A call without an answer lasts until its client leaves, or the capture ends.
TEST(Exchanges, ACallThatHangsWaitsForTheServer) {
  for (const bool leaves : {true, false}) {
    CaptureAnalysis whole{AnalysisOptions{}};
    Conversation story(whole);
    story.open();
    story.put(story.compose(kClient, request_of(300)));
    story.pass(kMoment);
    story.put(story.compose(kServer));
    story.pass(Millis(30'000));
    MadeSegment last = story.compose(leaves ? kClient : kServer);
    last.fin = leaves;
    story.put(last);
    const CaptureReport seen = whole.finish("made.pcap", false);
    EXPECT_EQ(seen.verdict, kind::kServerThink);
    EXPECT_GT(seen.causes[Cause::kServerThink], Millis(29'900));
    EXPECT_EQ(seen.causes.total(), seen.exchange_time);
    ASSERT_EQ(seen.exchanges.size(), 1U);
    EXPECT_TRUE(seen.exchanges.front().never_answered);
  }
}

// More calls than wait for the end of their connection: the first ones are told, too.
TEST(Exchanges, EachOfManyCallsOfAConnectionIsTold) {
  constexpr std::size_t kCalls = 1500;
  CaptureAnalysis whole{AnalysisOptions{}};
  Conversation story(whole);
  story.open();
  for (std::size_t i = 0; i < kCalls; ++i) {
    story.put(story.compose(kClient, request_of(300)));
    story.pass(Millis(100));
    story.put(story.compose(kServer, "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"));
    story.pass(kMoment);
  }
  const CaptureReport seen = whole.finish("made.pcap", false);
  EXPECT_EQ(seen.verdict, kind::kServerThink);
  EXPECT_EQ(std::ranges::count(seen.findings, kind::kServerThink, &CaptureFinding::kind), kCalls);
}

TEST(Exchanges, AStreamThatListensWaitsForNobody) {
  CaptureAnalysis whole{AnalysisOptions{}};
  Conversation story(whole);
  story.open();
  story.put(story.compose(kClient, "GET /mcp HTTP/1.1\r\nHost: a\r\n\r\n"));
  story.pass(kMoment);
  story.put(story.compose(kServer,
                          "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n"));
  story.pass(Millis(30'000));
  story.put(story.compose(kServer, "4\r\n: a\n\r\n"));
  const CaptureReport seen = whole.finish("made.pcap", false);
  EXPECT_EQ(seen.verdict, kind::kClean);
  EXPECT_GT(seen.causes[Cause::kClientIdle], Millis(29'900));
}

// What was taken for held time when it was seen, and is known to be none by the end, is charged to
// no ACK; what was known late is.
TEST(Exchanges, AreChargedAsTheFindingsTell) {
  for (const Nanos first : {Nanos(Millis(43)), Nanos(Millis(57))}) {
    CaptureAnalysis whole{AnalysisOptions{}};
    Conversation story(whole);
    story.open();
    for (int i = 0; i < 25; ++i) {
      story.put(story.compose(kClient, request_of(300)));
      story.pass(kMoment);
      story.put(story.compose(kServer, "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n"));
      const Nanos ack = i == 0 ? Nanos(kMoment) : i % 2 == 0 ? Millis(45) : Millis(41);
      story.pass(ack);
      story.ack(kClient);
      story.pass(std::max((i == 0 ? first : Nanos(Millis(43))) - ack, Nanos(kMoment)));
      story.send(kServer, 60);
      story.pass(kMoment);
      story.ack(kClient);
      story.pass(Millis(2));
    }
    const CaptureReport seen = whole.finish("made.pcap", false);
    EXPECT_EQ(seen.causes[Cause::kDelayedAck], 12 * (Millis(2) + kMoment));
    const Nanos thought = first + 24 * Millis(43);
    EXPECT_LE(std::chrono::abs(seen.causes[Cause::kServerThink] - thought), 3 * kMoment);
  }
}

}  // namespace
}  // namespace tailrace
