// SPDX-License-Identifier: Apache-2.0
// Merging the records of the shards of one run. Pure.
#pragma once

#include <vector>

#include "harness/run/baseline.h"

namespace tailrace {

// The record that the run would have given without --shard. Error: records of different
// implementations, or a scenario that two of them hold.
Result<RunRecord> merge_records(std::vector<RunRecord> records);

}  // namespace tailrace
