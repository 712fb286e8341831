// SPDX-License-Identifier: Apache-2.0
#include "harness/run/pair_account.h"

#include <gtest/gtest.h>

namespace tailrace {
namespace {

// A capture with one call on each of these connections.
CaptureReport report_with(const std::vector<std::uint32_t>& connections) {
  CaptureReport report;
  for (const std::uint32_t connection : connections) {
    ExchangeRecord record;
    record.connection = {connection};
    record.index = static_cast<std::uint32_t>(report.exchanges.size());
    record.http_method = "POST";
    record.asked.method = "tools/call";
    record.asked.id = "1";
    record.end = record.start + Millis(10 * (1 + record.index));
    report.exchanges.push_back(record);
  }
  return report;
}

void add(CaptureReport& report, std::string_view kind, std::optional<Side> side,
         std::optional<std::uint32_t> exchange = std::nullopt) {
  CaptureFinding finding;
  finding.kind = kind;
  finding.side = side;
  finding.connection = {1};
  finding.exchange = exchange;
  report.findings.push_back(std::move(finding));
}

PairOutcome outcome_with(std::optional<bool> no_delay) {
  PairOutcome outcome;
  outcome.server_no_delay = no_delay;
  return outcome;
}

TEST(PairAccount, CountsTheCallsThatWaited) {
  CaptureReport report = report_with({1, 1, 1});
  ExchangeRecord other;
  other.asked.method = "initialize";
  report.exchanges.push_back(other);
  add(report, kind::kStall, Side::kServer, 1);
  const PairAccount account = account_of(report, outcome_with(false));
  EXPECT_EQ(account.calls.size(), 3U);
  EXPECT_EQ(account.connections, 1U);
  EXPECT_EQ(account.stalled_calls, 1U);
  EXPECT_TRUE(account.calls[1].stalled);
  EXPECT_EQ(account.hold, Hold::kShown);
  EXPECT_EQ(account.holder, Side::kServer);
  EXPECT_EQ(account.median, Millis(20));
  EXPECT_EQ(account.slowest, Millis(30));
}

TEST(PairAccount, OnlyCallsThatBeganWithTheCureInPlaceProveIt) {
  CaptureReport report = report_with({1, 1, 1});
  const Endpoint client = v4_endpoint({127, 0, 0, 1}, 40000);
  for (std::size_t call = 0; call < 3; ++call) {
    ExchangeRecord& record = report.exchanges[call];
    record.client = client;
    record.start = RealTime{Millis(100 * call)};
    record.end = record.start + Millis(call == 0 ? 44 : 1);
  }
  add(report, kind::kStall, Side::kServer, 0);
  PairCure cure;
  cure.set_at[client] = RealTime{Millis(50)};
  count_cured(account_of(report, outcome_with(false)), cure);
  EXPECT_EQ(cure.calls, 2U);
  EXPECT_EQ(cure.calls_before, 1U);
  EXPECT_EQ(cure.stalled_calls, 0U);
  EXPECT_EQ(cure.median, Millis(1));
  PairCure late;  // Its socket was never seen.
  count_cured(account_of(report, outcome_with(false)), late);
  EXPECT_EQ(late.calls_before, 3U);
}

TEST(PairAccount, TheServersSocketSettlesWhatOnlyLooksLatent) {
  const auto left = [](std::optional<bool> no_delay) {
    CaptureReport report = report_with({1, 2});
    add(report, kind::kLatent, Side::kServer);
    add(report, kind::kLatent, Side::kClient);
    report.count_by_kind[std::string(kind::kLatent)] = 2;
    report.findings.front().confidence = Confidence::kLow;
    settle_latent(report, no_delay);
    EXPECT_EQ(report.count_by_kind[std::string(kind::kLatent)], report.findings.size());
    return report.findings;
  };
  EXPECT_EQ(left(std::nullopt).size(), 2U);
  ASSERT_EQ(left(true).size(), 1U);
  EXPECT_EQ(left(true).front().side, Side::kClient);
  ASSERT_EQ(left(false).size(), 2U);
  EXPECT_EQ(left(false).front().confidence, Confidence::kHigh);
}

TEST(PairAccount, TellsWhatMasksAHold) {
  const auto told = [](std::vector<std::uint32_t> connections, bool each_new,
                       std::optional<bool> no_delay) {
    CaptureReport report = report_with(connections);
    add(report, kind::kLatent, Side::kServer);
    if (each_new) add(report, kind::kNewConnections, std::nullopt);
    const PairAccount account = account_of(report, outcome_with(no_delay));
    return std::string(name_of(account.hold)) + " " + account.masked_by;
  };
  EXPECT_EQ(told({1, 2, 3}, true, false), "masked new-connection-per-call");
  EXPECT_EQ(told({1, 1, 2}, false, false), "masked new-connections");
  EXPECT_EQ(told({1, 1, 1}, false, false), "masked prompt-acknowledgements");
  EXPECT_EQ(told({1, 2, 3}, true, std::nullopt), "unknown ");
  EXPECT_EQ(told({1, 2, 3}, true, true), "cured ");
}

TEST(PairAccount, NothingHeldIsNothingMasked) {
  EXPECT_EQ(account_of(report_with({1, 2}), outcome_with(false)).hold, Hold::kNone);
  // What the client holds says nothing of the server's option.
  CaptureReport report = report_with({1, 1});
  add(report, kind::kLatent, Side::kClient);
  EXPECT_EQ(account_of(report, outcome_with(false)).hold, Hold::kNone);
  EXPECT_TRUE(account_of(CaptureReport{}, outcome_with(false)).calls.empty());
}

TEST(PairAccount, WithoutToolCallsTheOtherRequestsCount) {
  CaptureReport report = report_with({1, 1});
  report.exchanges[0].asked.method = "initialize";
  report.exchanges[1].asked.method = "ping";
  EXPECT_EQ(account_of(report, outcome_with(true)).calls.size(), 1U);
}

}  // namespace
}  // namespace tailrace
