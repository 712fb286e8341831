// SPDX-License-Identifier: Apache-2.0
// Calls that a capture holds twice, on both legs of a proxy, and calls that only look so.
#include "harness/flow/proxy_legs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/flow/connection_findings.h"

namespace tailrace {
namespace {

constexpr Nanos kMinute = std::chrono::minutes(1);

Endpoint at(std::uint8_t host, std::uint16_t port) {
  Endpoint endpoint;
  endpoint.address[15] = host;
  endpoint.port = port;
  return endpoint;
}

// A client on host 1, a proxy on host 2, a server on host 3.
class Legs : public testing::Test {
 protected:
  ExchangeRecord call(std::uint32_t connection, const Endpoint& client, const Endpoint& server,
                      Nanos start, Nanos took) {
    ExchangeRecord record;
    record.connection = {connection};
    record.client = client;
    record.server = server;
    record.index = index_;
    record.start = RealTime(kMinute + start);
    record.end = record.start + took;
    record.asked.method = "tools/call";
    record.asked.id = std::to_string(index_);
    record.answered = true;
    record.causes[Cause::kServerThink] = took;
    return record;
  }
  void add(ExchangeRecord record) {
    report.causes += record.causes;
    report.exchange_time += record.length();
    ++report.exchange_count;
    report.exchanges.push_back(std::move(record));
  }
  // One call over the proxy: 50 ms in front, of them 48 behind.
  void proxied(bool loopback = false) {
    const Endpoint back_client = loopback ? at(9, 50'000) : at(2, 50'000);
    const Endpoint back_server = loopback ? at(9, 3000) : at(3, 3000);
    add(call(1, at(1, 40'000), at(2, 80), Millis(100 * index_), Millis(50)));
    add(call(2, back_client, back_server, Millis(100 * index_ + 1), Millis(48)));
    think(report.exchanges[report.exchanges.size() - 2]);
    think(report.exchanges.back());
    ++index_;
  }
  void think(const ExchangeRecord& record) {
    CaptureFinding finding;
    finding.kind = kind::kServerThink;
    finding.on_connection = true;
    finding.connection = record.connection;
    finding.exchange = record.index;
    finding.cost = record.length();
    ++report.count_by_kind[finding.kind];
    report.cost_by_kind[finding.kind] += finding.cost;
    report.findings.push_back(finding);
  }
  // Data that was held for `hold`, until then.
  void hold(const ExchangeRecord& record, Nanos until, Nanos hold) {
    CaptureFinding finding;
    finding.kind = kind::kStall;
    finding.on_connection = true;
    finding.connection = record.connection;
    finding.exchange = record.index;
    finding.side = Side::kServer;
    finding.cost = hold;
    finding.frames.push_back({{1}, "", RealTime(kMinute + until)});
    report.cost_by_kind[finding.kind] += hold;
    ++report.count_by_kind[finding.kind];
    report.findings.push_back(finding);
  }
  std::size_t joined() {
    join_legs(report);
    return static_cast<std::size_t>(
        std::ranges::count_if(report.exchanges, [](const auto& e) { return e.behind != nullptr; }));
  }

  CaptureReport report;
  std::uint32_t index_ = 0;
};

TEST_F(Legs, TheLegInFrontNamesTheOneBehindAndTheSumsHoldItOnce) {
  proxied();
  EXPECT_EQ(joined(), 1U);
  const LegBehind& behind = *report.exchanges[0].behind;
  EXPECT_EQ(behind.connection, ConnectionId{2});
  EXPECT_EQ(behind.took, Millis(48));
  EXPECT_EQ(report.exchanges[1].behind, nullptr);
  EXPECT_EQ(report.exchange_time, Millis(50));
  EXPECT_EQ(report.causes.total(), Millis(50));
  ASSERT_EQ(report.findings.size(), 1U) << "who waits for another does not think";
  EXPECT_EQ(report.findings[0].connection, ConnectionId{2});
  EXPECT_EQ(report.cost_by_kind["server-think"], Millis(48));
  EXPECT_EQ(report.notes.size(), 1U);
}

TEST_F(Legs, WhatTheProxyThinksBesideStaysItsOwn) {
  add(call(1, at(1, 40'000), at(2, 80), Nanos(0), Millis(90)));
  add(call(2, at(2, 50'000), at(3, 3000), Millis(1), Millis(48)));
  think(report.exchanges[0]);
  EXPECT_EQ(joined(), 1U);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].cost, Millis(42));
}

TEST_F(Legs, OverTheHostItselfSeveralMustAgree) {
  proxied(true);
  EXPECT_EQ(joined(), 0U);
  proxied(true);
  proxied(true);
  EXPECT_EQ(joined(), 3U);
}

TEST_F(Legs, OneClientThatAsksTwoServersAtOnceIsNoProxy) {
  for (; index_ < 5; ++index_) {
    add(call(1, at(1, 40'000), at(2, 80), Millis(100 * index_), Millis(50)));
    add(call(2, at(1, 40'001), at(3, 80), Millis(100 * index_ + 1), Millis(20)));
  }
  EXPECT_EQ(joined(), 0U);
}

TEST_F(Legs, CallsThatEncloseEachOtherByChanceAreNoLegs) {
  for (; index_ < 8; ++index_) {
    const bool turned = index_ % 2 == 1;
    const Nanos start = Millis(100 * index_);
    add(call(1, at(1, 40'000), at(turned ? 3 : 2, 80), start, Millis(50)));
    add(call(2, at(4, 40'001), at(turned ? 2 : 3, 80), start + Millis(1), Millis(20)));
  }
  EXPECT_EQ(joined(), 0U);
}

TEST_F(Legs, WhatTheProxyHeldHadNotComeBefore) {
  add(call(1, at(1, 40'000), at(2, 80), Nanos(0), Millis(53)));
  add(call(2, at(2, 50'000), at(3, 3000), Millis(1), Millis(44)));
  report.exchanges[0].causes = {};
  report.exchanges[0].causes[Cause::kDelayedAck] = Millis(53);
  hold(report.exchanges[0], Millis(53), Millis(53));
  hold(report.exchanges[1], Millis(44), Millis(43));
  EXPECT_EQ(joined(), 1U);
  EXPECT_EQ(report.findings[0].cost, Millis(9));
  EXPECT_EQ(report.findings[1].cost, Millis(43));
  EXPECT_EQ(report.exchanges[0].causes[Cause::kDelayedAck], Millis(9));
  EXPECT_EQ(report.exchanges[0].causes[Cause::kServerThink], Millis(44));
}

// Both ACKs came with one tick of a clock: the proxy passed on what it got right after them.
TEST_F(Legs, WhatTheProxyPassedOnAtOnceItDidNotHold) {
  add(call(1, at(1, 40'000), at(2, 80), Nanos(0), Millis(45)));
  add(call(2, at(2, 50'000), at(3, 3000), Millis(1), Millis(43)));
  report.exchanges[0].causes = {};
  report.exchanges[0].causes[Cause::kDelayedAck] = Millis(45);
  report.stalls = report.stalls_of_high_confidence = 2;
  hold(report.exchanges[0], Millis(45), Millis(43));
  hold(report.exchanges[1], Millis(44), Millis(43));
  EXPECT_EQ(joined(), 1U);
  ASSERT_EQ(report.findings.size(), 1U);
  EXPECT_EQ(report.findings[0].connection, ConnectionId{2});
  EXPECT_EQ(report.stalls, 1U);
  EXPECT_EQ(report.stalls_of_high_confidence, 1U);
  EXPECT_EQ(report.exchanges[0].causes[Cause::kDelayedAck], Millis(2)) << "its own way";
}

}  // namespace
}  // namespace tailrace
