// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/pcap_console.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tailrace {
namespace {

// Ten exchanges with a stall in each, which is so much of their time.
CaptureReport stalled_for(Nanos held, Nanos thought) {
  CaptureReport report;
  report.verdict = kind::kStall;
  report.stalls = 10;
  report.causes[Cause::kDelayedAck] = held;
  report.causes[Cause::kServerThink] = thought;
  report.exchange_time = held + thought;
  CaptureFinding stall;
  stall.kind = kind::kStall;
  stall.side = Side::kServer;
  stall.cost = held / 10;
  report.findings.push_back(std::move(stall));
  return report;
}

std::string one_line(const CaptureReport& report) {
  std::string text = console_text(report, 100);
  std::ranges::replace(text, '\n', ' ');
  return text;
}

TEST(PcapConsole, SaysWhereMostOfTheTimeGoesWhereStallsTakeLittle) {
  const std::string text = one_line(stalled_for(Millis(15), Millis(735)));
  const char* const words = "goes elsewhere: server-think takes 735.00 ms of 750.00 ms.";
  EXPECT_NE(text.find(words), std::string::npos) << text;
}

TEST(PcapConsole, SaysNothingOfItWhereStallsCount) {
  for (const Nanos thought : {Millis(100), Millis(500)}) {
    const std::string text = one_line(stalled_for(Millis(400), thought));
    EXPECT_EQ(text.find("Most of the time"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace tailrace
