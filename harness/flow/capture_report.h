// SPDX-License-Identifier: Apache-2.0
// CaptureReport: what a capture says: findings with their frames, the main cause, every exchange
// with its time by cause. Values, any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/flow/exchange_record.h"
#include "harness/flow/flow_report.h"
#include "harness/record/run_record.h"
#include "harness/wire/json.h"

namespace tailrace {

namespace kind {
inline constexpr std::string_view kStall = "nagle-delayed-ack";
inline constexpr std::string_view kHoldRtt = "nagle-hold-rtt";
inline constexpr std::string_view kLatent = "nagle-latent";
inline constexpr std::string_view kNewConnections = "new-connection-per-call";
inline constexpr std::string_view kHarmless = "delayed-ack-harmless";
inline constexpr std::string_view kServerThink = "server-think";
inline constexpr std::string_view kClientThink = "client-think";
inline constexpr std::string_view kTimeout = "retransmission-timeout";
inline constexpr std::string_view kTailProbe = "tail-loss-probe";
inline constexpr std::string_view kZeroWindow = "zero-window";
inline constexpr std::string_view kSetup = "connection-setup";
inline constexpr std::string_view kNetworkRtt = "network-rtt";
inline constexpr std::string_view kReset = "connection-reset-undrained";
inline constexpr std::string_view kLeftOpen = "sse-stream-left-open";
inline constexpr std::string_view kStale = "stale-connection-fallback";
inline constexpr std::string_view kTruncated = "truncated-file";
inline constexpr std::string_view kInsufficient = "insufficient-evidence";
inline constexpr std::string_view kClean = "clean";
}  // namespace kind

struct FrameNote {
  FrameNumber frame;
  std::string text;  // What this packet has to do with the finding.
  std::optional<RealTime> at;
};

struct CaptureFinding {
  std::string kind;
  bool on_connection = false;  // Else it is of the whole file, or of a server.
  ConnectionId connection;
  Endpoint client, server;
  std::optional<std::uint32_t> exchange;
  std::optional<Side> side;  // The holder, who thinks, who sent again, whose window was closed.
  Confidence confidence = Confidence::kHigh;
  OfFew of_few = OfFew::kNo;  // Of a stall, as there.
  Json details;  // Further members, in order.
  std::vector<FrameNote> frames;
  Nanos cost{0};
};

// A file of a capture that was written to several.
struct CapturePart {
  std::string file;
  FrameNumber first;
  std::uint64_t frames = 0;
};

struct CaptureReport {
  std::string file, verdict;
  std::vector<CapturePart> parts;  // In time; one for a capture in one file.
  std::vector<std::string> notes;  // For the reader: what could not be read, and why.
  std::uint64_t dropped = 0;       // By the capture, as far as the file tells.
  std::vector<CaptureFinding> findings;   // In the order of their frames.
  std::vector<ExchangeRecord> exchanges;  // In time.
  std::uint64_t findings_left_out = 0, exchanges_left_out = 0;
  std::uint64_t frames = 0, segments = 0, second_copies = 0, connections = 0;
  std::uint64_t cut_segments = 0, with_told_server = 0;  // As in FlowReport.
  bool lacks_told_server = false;  // --server names one that is in no connection.
  std::uint64_t retransmissions = 0, missed_by_capture = 0, incomplete_datagrams = 0;
  std::uint64_t tls_connections = 0, http2_connections = 0, one_sided_connections = 0;
  std::uint64_t exchange_count = 0, stalls = 0, stalls_of_high_confidence = 0;
  std::uint64_t harmless_delays = 0;
  std::map<std::string, Nanos> cost_by_kind;
  std::map<std::string, std::uint64_t> count_by_kind;
  CauseSums causes;   // Of all exchanges.
  Nanos exchange_time{0};
  std::optional<RealTime> first, last;
  std::vector<ScenarioResult> scenarios;  // What checks say of it; filled in by who judges.
};

// The main cause, and whether it is one that convicts.
std::string verdict_of(const CaptureReport& report);

}  // namespace tailrace
