// SPDX-License-Identifier: Apache-2.0
// CopyDelays: how long after the first copy of a packet the second one was captured, where a
// capture holds both (the "any" device of who forwards them): the way between the two is no part of
// what comes before the first. Private to `flow`; one thread at a time.
#pragma once

#include <algorithm>
#include <chrono>

#include "harness/base/time.h"

namespace tailrace {

class CopyDelays {
 public:
  void note(Nanos delay) {
    if (delay < kForwarded) return;
    least_ = std::min(least_, delay);
    if (delay > most_) {
      second_ = most_;
      most_ = delay;
    } else {
      second_ = std::max(second_, delay);
    }
  }
  // What they vary by, but for the longest: one alone is chance.
  Nanos spread() const { return std::max(second_ - least_, Nanos(0)); }

 private:
  // What a host takes to hand a packet on, from one of its devices to another, is no way.
  static constexpr Nanos kForwarded = std::chrono::microseconds(500);
  Nanos least_ = Nanos::max(), most_{0}, second_{0};
};

}  // namespace tailrace
