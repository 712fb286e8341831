// SPDX-License-Identifier: Apache-2.0
// The subcommands that work on what runs have left. Used while the command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "harness/cli/command_line.h"

namespace tailrace {

// baseline, diff, merge, redact, reproduce: each sets line.command when it is parsed.
void add_folder_commands(CLI::App& app, CommandLine& line);
void add_fail_on(CLI::App& app, FailOn& fail_on);  // --fail-on, with harm for its default
// -v, --format
void add_report_options(CLI::App& app, CommandLine& line);

}  // namespace tailrace
