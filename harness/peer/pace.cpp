// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/pace.h"

namespace tailrace {

bool Pace::take() {
  constexpr std::chrono::seconds kWindow{1};
  using SteadyTime = std::chrono::steady_clock::time_point;
  std::unique_lock lock(mutex_);
  if (limits_.requests > 0 && total_ >= limits_.requests) return false;
  ++total_;
  if (limits_.per_second == 0) return true;
  // Waiting lets other scripts in, so each looks again: whoever is first takes what became free.
  while (sent_.size() == limits_.per_second) {
    const MonoTime free_at = sent_.front() + kWindow;
    if (mono_now() >= free_at) {
      sent_.pop_front();
    } else {
      never_.wait_until(lock, SteadyTime(free_at.since_boot));
    }
  }
  sent_.push_back(mono_now());
  return true;
}

bool Pace::has_left(std::size_t requests) const {
  const std::scoped_lock lock(mutex_);
  return limits_.requests == 0 || total_ + requests <= limits_.requests;
}

}  // namespace tailrace
