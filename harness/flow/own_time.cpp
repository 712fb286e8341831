// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/own_time.h"

#include <algorithm>

namespace tailrace {
namespace {

constexpr std::size_t kEnough = 5;
// Held data keeps to its ACK within what a kernel takes. Less than this says nothing.
constexpr Nanos kLeastSpread = std::chrono::microseconds(500);
constexpr int kSteadier = 3;

// From the lower quarter to the upper one.
Nanos spread_of(std::vector<Nanos>& times) {
  std::ranges::sort(times);
  return times[times.size() * 3 / 4] - times[times.size() / 4];
}

// How much it varies when data leaves, after its sender's last segment and after the ACK.
struct Spreads {
  Nanos own, ack;
};

Spreads spreads_of(const std::vector<Stall>& stalls) {
  std::vector<Nanos> after_own, after_ack;
  for (const Stall& stall : stalls) {
    after_own.push_back(stall.release_at - stall.held_since);
    after_ack.push_back(stall.release_at - stall.ack_at);
  }
  return {spread_of(after_own), spread_of(after_ack)};
}

}  // namespace

bool keep_own_time(const std::vector<Stall>& stalls) {
  if (stalls.size() < kEnough) return false;
  const auto [own, ack] = spreads_of(stalls);
  return ack >= kLeastSpread && own * kSteadier <= ack;
}

bool keep_time_of_acks(const std::vector<Stall>& stalls, Nanos tick) {
  if (stalls.size() < kEnough) return false;
  const auto [own, ack] = spreads_of(stalls);
  return ack <= tick && own >= kSteadier * tick;
}

}  // namespace tailrace
