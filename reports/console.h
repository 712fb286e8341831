// SPDX-License-Identifier: Apache-2.0
// The report for a terminal or a log: one line a scenario, then warnings and failures with their
// six parts, the worst last, then a summary. A pure function, any thread.
#pragma once

#include <optional>
#include <string>

#include "harness/record/run_record.h"

namespace tailrace {

struct ConsoleOptions {
  bool colour = false;
  bool verbose = false;              // Notes, and the measurements of scenarios that pass, too.
  std::size_t width = 100;           // Columns that prose is wrapped at; 0: not at all.
  std::optional<int> exit_status{};  // Told with its meaning in the last line, where known.
};

std::string console_report(const RunRecord& record, const ConsoleOptions& options);

}  // namespace tailrace
