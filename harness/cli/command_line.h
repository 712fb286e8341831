// SPDX-License-Identifier: Apache-2.0
// CommandLine: the words of the user as checked options. The one place that knows CLI11.
#pragma once

#include <string>
#include <vector>

#include "harness/run/options.h"

namespace tailrace {

enum class Command : std::uint8_t { kRun, kJudge, kList, kExplain, kReport, kDone };
enum class Format : std::uint8_t { kConsole, kJson, kJunit, kMarkdown, kHtml };

struct CommandLine {
  Command command = Command::kDone;  // kDone: help or version was printed.
  RunOptions run;
  std::string folder;  // judge, report
  std::string id;      // explain
  Format format = Format::kConsole;
  bool verbose = false, quiet = false;
};

// Error: what is wrong, with the nearest right word where there is one.
Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace tailrace
