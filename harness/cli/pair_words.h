// SPDX-License-Identifier: Apache-2.0
// The words of `tailrace pair`. Used while the command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "harness/cli/command_line.h"

namespace tailrace {

// What CLI11 fills in before it is checked as a whole.
struct PairWords {
  std::string server, client, endpoint;
  std::int64_t limit_s = std::chrono::duration_cast<std::chrono::seconds>(kPairLimit).count();
  double time_scale = 1;
};

void add_pair(CLI::App& app, CommandLine& line, PairWords& words);
// Error: names the word and what is wrong.
Status finish_pair(CommandLine& line, const PairWords& words);

}  // namespace tailrace
