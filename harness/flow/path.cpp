// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/path.h"

#include <algorithm>
#include <bit>

namespace tailrace {
namespace {

constexpr int kReleasePart = 10, kSharpReleasePart = 50;  // The same of held data, and of most.
constexpr Nanos kLeastPart = Millis(1);
constexpr Nanos kAckStep = Millis(4);
constexpr int kMostSteps = 63;

std::uint64_t step_of(Nanos delay) {
  const auto step = std::max(delay, Nanos(0)) / kAckStep;
  return static_cast<std::uint64_t>(std::min<std::int64_t>(step, kMostSteps));
}

// The first step of delays that no chain with fewer empty steps leads to.
std::uint8_t behind_hole(std::uint64_t delays, bool of_one_step) {
  const std::uint64_t hole = of_one_step ? 1 : 3;
  std::uint8_t step = 1;
  while (step <= kMostSteps && (delays >> step & hole) != 0) ++step;
  return step;
}

// Where nothing tells how the path varies: the first step above the widest hole, if that is wide
// beside what lies on either side of it; else none.
std::uint8_t split(std::uint64_t delays) {
  int lower = 0, hole = 0, from = kMostSteps + 1;
  const int top = 63 - std::countl_zero(delays);
  for (int last = 0, step = 1; step <= top; ++step) {
    if ((delays >> step & 1) == 0) continue;
    if (step - last > hole) {
      hole = step - last;
      lower = last;
      from = step;
    }
    last = step;
  }
  const bool wide = hole >= 2 && hole * 4 >= lower * 3 && hole * 2 >= top - from;
  return static_cast<std::uint8_t>(wide ? from : kMostSteps + 1);
}

// The same, but for a delay that was seen once and lies alone above all others: the host stopped.
std::uint8_t split_below_stops(std::uint64_t delays, std::uint64_t again) {
  std::uint8_t from = split(delays);
  while (from <= kMostSteps && delays >> from == 1 && (again >> from & 1) == 0) {
    delays &= ~(std::uint64_t{1} << from);
    const std::uint8_t below = split(delays);
    if (below > kMostSteps || again >> below == 0) break;
    from = below;
  }
  return from;
}

}  // namespace

ReleaseBounds release_bounds(const Path& path) {
  if (path.is_at_sender()) {
    const Nanos sharp = path.to_sender <= kSharpRelease ? kSharpRelease : kCloseRelease;
    return {kMostReleaseGap, kCloseRelease, sharp};
  }
  const auto known = path.sender_varies();
  if (!known) {
    const Nanos part = std::max(path.to_sender / kReleasePart, kLeastPart);
    return {kMostReleaseGap + part, kCloseRelease + part,
            kCloseRelease + path.to_sender / kSharpReleasePart};
  }
  const Nanos varies = *known + kLeastLateness;
  return {kMostReleaseGap + varies, kCloseRelease + varies, kCloseRelease + varies};
}

void AckDelays::note(Nanos delay, std::optional<Nanos> varies) {
  Knows knows = Knows::kNothing;
  if (varies) knows = *varies <= kLeastLateness ? Knows::kCalm : Knows::kVaries;
  const std::uint64_t bit = std::uint64_t{1} << step_of(delay);
  if ((again_ & bit) != 0 && knows == knows_) return;
  again_ |= seen_ & bit;
  seen_ |= bit;
  knows_ = knows;
  apart_from_ = varies ? behind_hole(seen_, knows == Knows::kCalm)
                       : split_below_stops(seen_, again_);
}

bool AckDelays::stands_apart(Nanos delay) const {
  return step_of(delay) >= apart_from_;
}

}  // namespace tailrace
