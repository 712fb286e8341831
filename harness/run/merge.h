// SPDX-License-Identifier: Apache-2.0
// Merging the records of the shards of one run. Pure.
#pragma once

#include <vector>

#include "harness/run/baseline.h"

namespace tailrace {

// The record that the run would have given without --shard; it says which shards are missing. Those
// of a version that did not record them are taken for whole. Error: records of different
// implementations, shards of different counts, or a scenario that two of them hold.
Result<RunRecord> merge_records(std::vector<RunRecord> records);

}  // namespace tailrace
