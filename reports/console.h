// SPDX-License-Identifier: Apache-2.0
// The report for a terminal or a log: one line a scenario, then each failure with its six parts,
// then a summary. A pure function.
#pragma once

#include <string>

#include "harness/record/run_record.h"

namespace tailrace {

struct ConsoleOptions {
  bool colour = false;
  bool verbose = false;  // Measurements of scenarios that pass, too.
};

std::string console_report(const RunRecord& record, const ConsoleOptions& options);

}  // namespace tailrace
