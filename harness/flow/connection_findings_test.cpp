// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/connection_findings.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/flow/capture_report.h"

namespace tailrace {
namespace {

constexpr RealTime kAnswered{std::chrono::seconds(1'700'000'000)};

// How sure it is that the stream was left open, which brought its answer and had not ended when
// the client or the capture did.
std::optional<Confidence> left_open(std::optional<Nanos> client_leaves, Nanos capture_ends) {
  ExchangeRecord record;
  record.http_method = "POST";
  record.is_event_stream = true;
  record.final_at = kAnswered;
  ConnectionFlow flow;
  flow.last = kAnswered + capture_ends;
  if (client_leaves) flow.from_client.fin_at = kAnswered + *client_leaves;
  CaptureReport report;
  KeptFindings findings(report, 1);
  LeftEarly early;
  for (int i = 0; i < 5; ++i) {  // As many as prove that the server never ends one.
    early.note(record);
    add_exchange_findings(record, flow, kAnswered + capture_ends, early, findings);
  }
  for (CaptureFinding& finding : early.proven()) findings.add(std::move(finding));
  const auto found =
      std::find_if(report.findings.begin(), report.findings.end(),
                   [](const CaptureFinding& finding) { return finding.kind == kind::kLeftOpen; });
  return found == report.findings.end() ? std::nullopt : std::optional(found->confidence);
}

TEST(StreamLeftOpen, AClientThatLeavesAtOnceHasNotWaitedForTheEnd) {
  EXPECT_EQ(left_open(Millis(2), Millis(5000)), Confidence::kMedium);
  EXPECT_EQ(left_open(Millis(400), Millis(5000)), Confidence::kHigh);
  EXPECT_EQ(left_open(std::nullopt, Millis(5000)), Confidence::kHigh);
  EXPECT_EQ(left_open(std::nullopt, Millis(10)), std::nullopt);
}

TEST(StreamLeftOpen, ClientsThatAlwaysLeaveAtOnceAccuseOnlyAServerThatNeverEndsOne) {
  const auto proven = [](int left, bool ends_one) {
    LeftEarly early;
    ExchangeRecord record;
    record.is_event_stream = true;
    record.final_at = kAnswered;
    for (int i = 0; i < left; ++i) {
      record.complete = ends_one && i == 0;
      early.note(record);
      CaptureFinding finding;
      finding.kind = kind::kLeftOpen;
      finding.confidence = Confidence::kMedium;
      early.keep(finding);
    }
    return early.proven().size();
  };
  EXPECT_EQ(proven(12, false), 12U);
  EXPECT_EQ(proven(12, true), 0U);
  EXPECT_EQ(proven(2, false), 0U);
}

}  // namespace
}  // namespace tailrace
