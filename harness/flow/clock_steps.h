// SPDX-License-Identifier: Apache-2.0
// ClockSteps: times of a capture whose clock was set back, as if it had gone on. Put in order of
// their times, packets of before and after would be mixed, answers with others' requests. Private
// to `flow`; one thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "harness/base/time.h"

namespace tailrace {

class ClockSteps {
 public:
  // That of the next packet of the file, which `sender` sent: what one side of a connection sends
  // is captured in one place, and stands there in order but for what queues mix up.
  RealTime take(std::uint64_t sender, RealTime time) {
    time = {std::min(time.since_epoch, kLatest - ahead_) + ahead_};
    Last& last = last_[sender % last_.size()];
    if (last.sender == sender && last.at - time > kLeastStep) {
      const RealTime on{std::min(newest_.since_epoch + kPause, kLatest)};
      ahead_ += on - time;
      ++steps_;
      time = on;
    }
    newest_ = std::max(newest_, time);
    last = {sender, time};
    return time;
  }
  std::uint64_t steps() const { return steps_; }

 private:
  // Capture programs hand on the packets of an interface a quarter of a second late at most.
  static constexpr Nanos kLeastStep = Millis(300);
  // Nobody knows how long it took. No round trip must seem shorter by it, nor a path to vary: more
  // than any takes, so that the clocks of segments are learnt anew (Lateness).
  static constexpr Nanos kPause = Millis(1200);
  // Each step adds to what comes after it, and times are told apart by their differences: half of
  // what fits, the year 2116.
  static constexpr Nanos kLatest = Nanos::max() / 2;
  struct Last {
    std::uint64_t sender = 0;
    RealTime at;
  };

  std::array<Last, 64> last_{};  // Of the latest senders.
  RealTime newest_;
  Nanos ahead_{0};
  std::uint64_t steps_ = 0;
};

}  // namespace tailrace
