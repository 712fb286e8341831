// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/own_time.h"

#include <algorithm>

namespace tailrace {
namespace {

constexpr std::size_t kEnough = 5;
// Held data keeps to its ACK within what a kernel takes. Less than this says nothing.
constexpr Nanos kLeastSpread = std::chrono::microseconds(500);
constexpr int kSteadier = 3;
// Of a tick squared, below which what varies is the clock; and how much more is no chance.
constexpr double kLeastPart = 8, kClearly = 4;

// From the lower quarter to the upper one.
Nanos spread_of(std::vector<Nanos>& times) {
  std::ranges::sort(times);
  return times[times.size() * 3 / 4] - times[times.size() / 4];
}

double variance_of(const std::vector<Nanos>& times) {
  double sum = 0, squares = 0;
  for (const Nanos time : times) {
    const auto apart = static_cast<double>((time - times.front()).count());
    sum += apart;
    squares += apart * apart;
  }
  const auto count = static_cast<double>(times.size());
  return squares / count - sum / count * (sum / count);
}

// When data leaves, after its sender's last segment and after the ACK.
struct Leaving {
  std::vector<Nanos> after_own, after_ack;
};

Leaving leaving_of(const std::vector<Stall>& stalls) {
  Leaving times;
  for (const Stall& stall : stalls) {
    times.after_own.push_back(stall.release_at - stall.held_since);
    times.after_ack.push_back(stall.release_at - stall.ack_at);
  }
  return times;
}

}  // namespace

bool keep_own_time(const std::vector<Stall>& stalls) {
  if (stalls.size() < kEnough) return false;
  auto [after_own, after_ack] = leaving_of(stalls);
  const Nanos own = spread_of(after_own), ack = spread_of(after_ack);
  return ack >= kLeastSpread && own * kSteadier <= ack;
}

bool keep_time_of_acks(const std::vector<Stall>& stalls, Nanos tick) {
  if (stalls.size() < kEnough) return false;
  const auto [after_own, after_ack] = leaving_of(stalls);
  const auto square = static_cast<double>(tick.count()) * static_cast<double>(tick.count());
  const double own = variance_of(after_own);
  return own >= square / kLeastPart && own >= kClearly * variance_of(after_ack);
}

}  // namespace tailrace
