// SPDX-License-Identifier: Apache-2.0
// Reports to standard output: gathers what lies beside a record, and hands it to `reports`.
#pragma once

#include <string>

#include "harness/cli/command_line.h"
#include "harness/judge/catalogue.h"

namespace tailrace {

// `folder` is the run's; what cannot be read of it is left out of the report.
void print_report(const RunRecord& record, const CommandLine& line, const std::string& folder,
                  const Catalogue& catalogue);

// Appends the Markdown to the file that $GITHUB_STEP_SUMMARY names, where it names one.
void add_step_summary(const RunRecord& record);
// Of the terminal on standard output; of a log, what a log is read at.
std::size_t console_width();

}  // namespace tailrace
