// SPDX-License-Identifier: Apache-2.0
// Judging a run's folder: histories and capture to RunRecord, without a network. A live run ends
// with it, and `tailrace judge` is nothing else, so both give the same verdicts.
#pragma once

#include "harness/run/baseline.h"
#include "harness/run/run_folder.h"
#include "harness/scenario/scenario.h"

namespace tailrace {

// Error: what in the folder cannot be read; a scenario that is unknown here is named in not_asked.
Result<RunRecord> judge_run(const RunFolder& folder, const Registry& registry,
                            const Catalogue& catalogue, const Baseline& baseline);

}  // namespace tailrace
