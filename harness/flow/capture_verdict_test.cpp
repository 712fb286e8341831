// SPDX-License-Identifier: Apache-2.0
// What makes the headline: a stall before all, and thinking only where it is what takes the time.
#include <gtest/gtest.h>

#include "harness/flow/capture_report.h"

namespace tailrace {
namespace {

// Ten exchanges, of which so many waited for the server, so long in all.
CaptureReport thinking(std::uint64_t times, Nanos thought, Nanos rest, Nanos idle = Nanos(0)) {
  CaptureReport report;
  report.segments = 100;
  report.connections = 1;
  report.exchange_count = 10;
  report.count_by_kind[std::string(kind::kServerThink)] = times;
  report.cost_by_kind[std::string(kind::kServerThink)] = thought;
  report.causes[Cause::kServerThink] = thought;
  report.causes[Cause::kNetworkRtt] = rest;
  report.causes[Cause::kClientIdle] = idle;
  report.exchange_time = thought + rest + idle;
  return report;
}

TEST(Verdict, ThinkingIsMainWhereItIsOftenOrMostOfTheTime) {
  EXPECT_EQ(verdict_of(thinking(5, Millis(20), Millis(80))), kind::kServerThink);
  EXPECT_EQ(verdict_of(thinking(2, Millis(20), Millis(80))), kind::kClean) << "seldom";
  EXPECT_EQ(verdict_of(thinking(5, Millis(9), Millis(91))), kind::kClean) << "a trifle";
  EXPECT_EQ(verdict_of(thinking(1, Millis(60), Millis(40))), kind::kServerThink);
  EXPECT_EQ(verdict_of(thinking(1, Millis(30), Millis(20))), kind::kClean) << "once, and short";
}

TEST(Verdict, WhereNobodyAskedIsNoTimeToBeAPartOf) {
  EXPECT_EQ(verdict_of(thinking(5, Millis(20), Millis(80), Millis(9000))), kind::kServerThink);
}

TEST(Verdict, DefectsGoBeforeWhatOnlyExplains) {
  CaptureReport report = thinking(10, Millis(500), Millis(10));
  const auto with = [&](std::string_view kind) {
    report.count_by_kind[std::string(kind)] = 1;
    return verdict_of(report);
  };
  EXPECT_EQ(with(kind::kHarmless), kind::kServerThink);
  EXPECT_EQ(with(kind::kHoldRtt), kind::kHoldRtt);
  EXPECT_EQ(with(kind::kReset), kind::kReset);
  EXPECT_EQ(with(kind::kLeftOpen), kind::kLeftOpen);
  EXPECT_EQ(with(kind::kTimeout), kind::kTimeout);
  EXPECT_EQ(with(kind::kStall), kind::kStall);
}

TEST(Verdict, WhatWasSeenOnOneSideAloneTellsNothingButStalls) {
  CaptureReport report = thinking(10, Millis(500), Millis(10));
  report.one_sided_connections = 1;
  EXPECT_EQ(verdict_of(report), kind::kInsufficient);
  report.count_by_kind[std::string(kind::kStall)] = 1;
  EXPECT_EQ(verdict_of(report), kind::kStall);
  EXPECT_EQ(verdict_of(CaptureReport()), kind::kInsufficient);
}

}  // namespace
}  // namespace tailrace
