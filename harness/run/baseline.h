// SPDX-License-Identifier: Apache-2.0
// Baseline: failures that are known and expected, exact in both directions: one that no longer
// fails is stale and fails the run. Values, any thread.
//
// File: JSON, comments allowed: {"schema": "tailrace.baseline/1", "expected": [{"id": ...,
// "revision": ..., "mode": (optional), "reason": ..., "link": (optional)}]}
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace tailrace {

struct ExpectedFailure {
  std::string id, revision, mode, reason, link;  // mode "": any.
};

struct Baseline {
  std::vector<ExpectedFailure> expected;
};

// Error: names file, entry and member.
Result<Baseline> load_baseline(const std::string& path);
// Marks expected failures and warnings; lists entries of scenarios that ran and did not fail.
void apply_baseline(const Baseline& baseline, RunRecord& record);

}  // namespace tailrace
