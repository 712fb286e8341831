// SPDX-License-Identifier: Apache-2.0
// Pace: how hard a run may press on a server (fairness.md, section 4). Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

#include "harness/base/time.h"

namespace tailrace {

struct PaceLimits {
  std::size_t per_second = 0;   // Requests in any one second; 0 is unlimited.
  std::size_t connections = 0;  // At once, of one script.
  std::size_t requests = 0;     // In the whole run.
};

// What a URL gets: it may be somebody's production.
inline constexpr PaceLimits kSafePace{20, 4, 300};
inline constexpr PaceLimits kFullPace{0, 0, 0};

class Pace {
 public:
  explicit Pace(PaceLimits limits) : limits_(limits) {}
  // Returns when the next request may be sent; false when the run has none left.
  bool take();
  // Whether that many more requests are left in the run.
  bool has_left(std::size_t requests) const;
  const PaceLimits& limits() const { return limits_; }

 private:
  const PaceLimits limits_;
  mutable std::mutex mutex_;
  std::condition_variable never_;  // Waited on for its time-out alone.
  std::deque<MonoTime> sent_;      // The last `per_second` of them.
  std::size_t total_ = 0;
};

}  // namespace tailrace
