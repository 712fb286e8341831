// SPDX-License-Identifier: Apache-2.0
// The main cause of a capture. Defects that the packets prove go before what only explains: a
// server that thinks is no fault, and thinks in nearly every capture.
#include <algorithm>
#include <array>

#include "harness/flow/capture_report.h"

namespace tailrace {
namespace {

constexpr Nanos kMuchThinking = Millis(50);

std::uint64_t count_of(const CaptureReport& report, std::string_view kind) {
  const auto found = report.count_by_kind.find(std::string(kind));
  return found == report.count_by_kind.end() ? 0 : found->second;
}

Nanos cost_of(const CaptureReport& report, std::string_view kind) {
  const auto found = report.cost_by_kind.find(std::string(kind));
  return found == report.cost_by_kind.end() ? Nanos(0) : found->second;
}

template <std::size_t N>
std::string_view costliest(const CaptureReport& report,
                           const std::array<std::string_view, N>& kinds) {
  std::string_view worst;
  for (const std::string_view kind : kinds) {
    if (count_of(report, kind) == 0) continue;
    if (worst.empty() || cost_of(report, kind) > cost_of(report, worst)) worst = kind;
  }
  return worst;
}

// In a good part of the exchanges, where it is no trifle of their time, or most of that.
bool is_main(const CaptureReport& report, std::string_view kind) {
  constexpr int kTrifle = 10;  // One in so many parts
  const Nanos cost = cost_of(report, kind);
  const Nanos waited = report.exchange_time - report.causes[Cause::kClientIdle];
  return (count_of(report, kind) * 4 >= report.exchange_count && cost * kTrifle >= waited) ||
         (cost >= kMuchThinking && cost * 2 >= report.exchange_time);
}

}  // namespace

std::string verdict_of(const CaptureReport& report) {
  if (count_of(report, kind::kStall) > 0) return std::string(kind::kStall);
  const bool blind = report.one_sided_connections * 2 > report.connections;
  if (report.segments == 0 || blind) return std::string(kind::kInsufficient);
  const auto lost = costliest(report, std::array{kind::kTimeout, kind::kTailProbe,
                                                 kind::kZeroWindow, kind::kSetup});
  if (!lost.empty()) return std::string(lost);
  for (const std::string_view kind : {kind::kStale, kind::kLeftOpen, kind::kReset}) {
    if (count_of(report, kind) > 0) return std::string(kind);
  }
  if (count_of(report, kind::kHoldRtt) * 10 >= report.exchange_count &&
      count_of(report, kind::kHoldRtt) > 0) {
    return std::string(kind::kHoldRtt);
  }
  const auto think = costliest(report, std::array{kind::kServerThink, kind::kClientThink});
  if (!think.empty() && is_main(report, think)) return std::string(think);
  if (report.exchange_count == 0) return std::string(kind::kInsufficient);
  return std::string(kind::kClean);
}

}  // namespace tailrace
