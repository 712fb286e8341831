// SPDX-License-Identifier: Apache-2.0
// Baseline: failures that are known and expected, exact in both directions: one that no longer
// fails is stale and fails the run. Values, any thread.
//
// File: JSON, comments allowed: {"schema": "tailrace.baseline/1", "expected": [{"id": ...,
// "revision": ..., "mode": (optional), "version": (optional), "checks": [...] (optional),
// "reason": ..., "link": (optional), "requirement": (not read), "seen": (not read)}],
// "unstable": [the same]}. Globs may stand for id, revision and version. A glob stands for all that
// it names together: it is stale when none of them fails. Where checks are named, what another one
// finds in the same scenario is not expected. What is unstable is run but not judged.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace tailrace {

struct ExpectedFailure {
  std::string id, revision, mode, version, reason, link;  // mode, version "": any.
  std::set<std::string> checks;  // Empty: any.
};

struct Baseline {
  std::vector<ExpectedFailure> expected, unstable;
};

// Error: names file, line and member; one that nobody knows is an error too.
Result<Baseline> load_baseline(const std::string& path);
// Marks expected failures and warnings, and what is unstable; lists entries of scenarios that ran
// and did not fail. What an earlier baseline marked is forgotten.
void apply_baseline(const Baseline& baseline, RunRecord& record);

// The baseline that expects exactly what failed in `record`: entries keep the reasons that the
// record knows, new ones get `reason`. What failed in some of its repeats only is unstable.
Baseline baseline_of(const RunRecord& record, const std::string& reason);
Json to_json(const Baseline& baseline);

// An entry that waits for a failure which cannot come: it names no scenario of `known`, or no
// revision; `what` says so. It lives as long as the baseline.
struct Misnamed {
  const ExpectedFailure* entry;
  std::string what;
};
std::vector<Misnamed> misnamed_in(const Baseline& baseline, const std::vector<std::string>& known);

}  // namespace tailrace
