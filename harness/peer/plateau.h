// SPDX-License-Identifier: Apache-2.0
// Batches of calls, or of a client's sessions, until what the implementation holds has settled, or
// has shown that it does not: what memory_does_not_grow and the checks that settle judge. Used by
// the script's thread.
#pragma once

#include <functional>

#include "harness/judge/resources.h"
#include "harness/peer/script.h"

namespace tailrace {

inline constexpr int kMostBatches = 24;
// Where they are cheap: what stays of a call is told from what a heap takes by going on.
inline constexpr int kManyBatches = 96;
// No batch is begun later, or later than twice this where the machine became slow.
inline constexpr Millis kMostOfGrowth{25000};

struct Batches {
  int size = 0;  // Of each; a slow implementation gets less.
  std::function<void(int)> one;  // Is given its number.
  std::function<void()> after_each = [] {};
  std::function<bool()> goes_on = [] { return true; };  // Asked behind it
  int most = kMostBatches;
  Trend (*trend)(const Timeline&) = &memory_trend;
};
void repeat_until_settled(Script& script, const Batches& batches);

}  // namespace tailrace
