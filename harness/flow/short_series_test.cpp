// SPDX-License-Identifier: Apache-2.0
// One hold on each of several connections is a series; what chance or a handler's own clock brings
// to an ACK is none.
#include "harness/flow/short_series.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "harness/flow/capture_analysis.h"
#include "harness/flow/made_conversation.h"

namespace tailrace {
namespace {

class ShortConnections : public testing::Test {
 protected:
  // A connection of one call, whose answer's end leaves so long after the delayed ACK.
  void call(Nanos ack_delay, Nanos after_ack = kMoment) {
    Conversation talk = begun();
    talk.pass(ack_delay);
    talk.ack(Side::kClient);
    talk.pass(after_ack);
    end(talk);
  }
  // One whose answer's end does not wait.
  void early_call(Nanos after) {
    Conversation talk = begun();
    talk.pass(after);
    end(talk);
  }
  std::uint64_t sure() { return analysis.finish("made", false).stalls_of_high_confidence; }

  CaptureAnalysis analysis{AnalysisOptions{}};

 private:
  // Up to the first part of the answer.
  Conversation begun() {
    Conversation talk(analysis, 1000 + 7000 * port_);
    talk.share_frames(counts_);
    talk.client_port = static_cast<std::uint16_t>(40'000 + port_++);
    talk.pass(Millis(1000) * port_);
    talk.open();
    talk.send(Side::kClient, 300);
    talk.pass(kMoment);
    talk.send(Side::kServer, 100);
    return talk;
  }
  void end(Conversation& talk) {
    talk.send(Side::kServer, 60);
    talk.pass(kMoment);
    talk.ack(Side::kClient);
  }

  Conversation counts_{analysis};  // The frames of all.
  std::uint32_t port_ = 0;
};

TEST_F(ShortConnections, OneHoldOnEachIsASeries) {
  for (int i = 0; i < 6; ++i) call(kDelayed);
  const CaptureReport report = analysis.finish("made", false);
  EXPECT_EQ(report.stalls_of_high_confidence, 6U);
  const auto sure = std::ranges::count_if(report.findings, [](const CaptureFinding& finding) {
    return finding.kind == kind::kStall && finding.confidence == Confidence::kHigh &&
           finding.details["over_connections"].as_int() == 6;
  });
  EXPECT_EQ(sure, 6);
}

// As a proxy does that forwards what is held behind it.
TEST_F(ShortConnections, WhatLeftLateAndBeforeItsAckMakesNobodySure) {
  for (int i = 0; i < 8; ++i) call(kDelayed);
  for (int i = 0; i < 2; ++i) early_call(Millis(39));
  EXPECT_EQ(sure(), 0U);
}

TEST_F(ShortConnections, ProofsOfTheOptionMakeNobodySure) {
  for (int i = 0; i < 6; ++i) call(kDelayed);
  for (int i = 0; i < 2; ++i) early_call(kMoment);
  EXPECT_EQ(sure(), 0U);
}

TEST_F(ShortConnections, FewAreNone) {
  for (int i = 0; i < 4; ++i) call(kDelayed);
  EXPECT_EQ(sure(), 0U);
}

TEST_F(ShortConnections, WhatOftenCameLaterCameByChance) {
  for (int i = 0; i < 6; ++i) call(kDelayed);
  for (int i = 0; i < 3; ++i) call(kDelayed, Millis(5));
  EXPECT_EQ(sure(), 0U);
}

TEST_F(ShortConnections, AHandlersOwnClockIsNone) {
  for (int i = 0; i < 8; ++i) {
    // It sleeps 40 ms; the ACK comes sooner or later than that, though always close.
    const auto early = std::chrono::microseconds(i % 2 == 0 ? 20 : 1900);
    call(Millis(40) - early, early);
  }
  EXPECT_EQ(sure(), 0U);
}

}  // namespace
}  // namespace tailrace
