// SPDX-License-Identifier: Apache-2.0
// Checks of what calls leave behind in the implementation's processes: sockets whose peer was us,
// descriptors, children and memory, by slope over batches after a warm-up (fairness.md, section 2,
// routing). Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// The script samples the process tree with the labels "batch 0", "batch 1", ... after equal
// batches of calls, and marks "calls_per_batch". Batch 0 is the end of the warm-up.
inline constexpr std::string_view kBatchLabel = "batch ";
inline constexpr std::string_view kCallsPerBatch = "calls_per_batch";
// Why such a question is declined where there is nothing to sample.
inline constexpr std::string_view kUnwatched =
    "the processes of the server cannot be seen: start it with -- COMMAND to have them watched";
inline constexpr std::size_t kFewestBatches = 4;  // Points a slope with an interval needs.

Check sockets_do_not_grow(Rule rule);
Check descriptors_do_not_grow(Rule rule);
Check children_do_not_grow(Rule rule);
// Resident memory, in KiB. A should: a collected runtime gives back when it likes to, and nothing
// under kMemoryNoise a call is told from its noise and from logs that the server bounds.
inline constexpr double kMemoryNoise = 8;
Check memory_does_not_grow();

// Slope of y over 0, 1, 2, ... and the half width of its 95 % interval (Student's t).
struct Slope {
  double per_batch = 0;
  double half_width = 0;
  bool grows() const { return per_batch - half_width > 0; }
};
Slope slope_of(const std::vector<double>& y);

}  // namespace tailrace
