// SPDX-License-Identifier: Apache-2.0
// RunWords: the words of `server` and `client` as they were typed, and their way into RunOptions.
// Used while the command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/run/options.h"

namespace tailrace {

// What CLI11 fills in before it is checked as a whole.
struct RunWords {
  std::string url, manifest, tool, tool_arguments, profile, shard;
  std::vector<std::string> headers, headers_from_environment, secrets_from_environment;
  std::int64_t budget_s = 0;
  double time_scale = 1;
  std::optional<std::uint64_t> seed;
};

extern const std::map<std::string, NetworkChoice> kNetworks;

void add_run_options(CLI::App& app, RunOptions& run, RunWords& words);
void add_server_options(CLI::App& app, RunOptions& run, RunWords& words);
// --time-scale. Error: it is no number.
Status take_time_scale(double factor);
// Checks what belongs together and fills in the rest. Error: names the word and what is wrong.
Status finish(RunOptions& run, const RunWords& words, const std::vector<std::string>& command);

}  // namespace tailrace
