// SPDX-License-Identifier: Apache-2.0
// The commands that work on what runs have left. Each returns the exit status.
#pragma once

#include "harness/cli/command_line.h"
#include "harness/scenario/scenario.h"

namespace tailrace {

int baseline_write_command(const CommandLine& line);
int baseline_check_command(const CommandLine& line, const Registry& registry);
int diff_command(const CommandLine& line);
int merge_command(const CommandLine& line, const Catalogue& catalogue);
int redact_command(const CommandLine& line);
int reproduce_command(const CommandLine& line);

}  // namespace tailrace
