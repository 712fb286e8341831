// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/patience.h"

#include <algorithm>
#include <fstream>

namespace tailrace {
namespace {

constexpr int kWaitInTurn = 3;
constexpr int kLeastPart = 4;

// Linux, Documentation/scheduler/sched-stats.rst: nanoseconds that ran, and that waited to run.
// 0 where the kernel does not tell: then all time counts.
Nanos waited_for_processor() {
  std::ifstream file("/proc/thread-self/schedstat");
  Nanos::rep ran = 0, waited = 0;
  file >> ran >> waited;
  return Nanos(file ? waited : 0);
}

}  // namespace

Nanos time_that_counts(Nanos passed, Nanos waited) {
  return std::max(passed - kWaitInTurn * waited, passed / kLeastPart);
}

Patience::Patience(Millis limit)
    : limit_(stretched(limit)), begun_(mono_now()), waited_(waited_for_processor()) {}

Nanos Patience::passed() const {
  const Nanos waited = waited_for_processor() - waited_;
  return time_that_counts(mono_now() - begun_, std::max(waited, Nanos(0)));
}

}  // namespace tailrace
