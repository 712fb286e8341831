// SPDX-License-Identifier: Apache-2.0
// Whether a series of samples, one after each batch, has come to rest, grows for good, or has not
// told yet: what is judged of memory, descriptors, sockets and threads. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/record/timeline.h"

namespace tailrace {

// At most kMostPoints, evenly spaced: of a longer series each 2nd, 4th, ... counted from its end.
// What swings from batch to batch weighs less then, and what stays weighs more.
inline constexpr std::size_t kMostPoints = 24;
struct Growth {
  std::vector<double> values;
  std::vector<MonoTime> at;
  double batches_each = 1;  // Between two values.
  std::optional<double> at_rest;  // Long after the last batch, where that was looked at.
};
// Half of what had come was gone when nothing was asked any more: it is let go, and late.
bool is_let_go(const Growth& growth);
Growth thinned(Growth growth);

struct Bounds {
  // Flat: no more than this over the last batches.
  double noise = 1;
  // Growth of less may be what a collector has not come to yet, or a pool.
  double reserve = 32;
  double straight_reserve = 32;  // The same where each batch leaves as much as the others.
  // A slope of so much or more a batch that chance does not explain is not called flat yet, however
  // little it is; 0 where nothing is told by that.
  double least_creep = 0;
};
enum class Trend : std::uint8_t { kUnclear, kFlat, kGrows };
// Flat: the last kFlatBatches, or a third of all where that is more, since heaps grow in steps.
inline constexpr std::size_t kFlatBatches = 5;
bool is_flat(const std::vector<double>& values, double noise);
// Where so many batches or more left the same each, to a third: heaps of V8 and of a JVM have not
// been seen to, beyond 100000 KiB.
inline constexpr std::size_t kStraightBatches = 12;
Trend trend_of(const std::vector<double>& values, const Bounds& bounds);
// As clear as the least clear of them.
Trend together(std::initializer_list<Trend> trends);

// Half of what had come was gone again, by a collector or a pool that is emptied now and then; less
// than `few` may be anything.
bool gives_back(const std::vector<double>& values, double few);
// Much was opened, and in some batch more was closed: what stays is closed late, by a collector as
// a rule, and not never. Where a batch leaves little, noise looks the same.
bool closes_late(const std::vector<double>& values);

}  // namespace tailrace
