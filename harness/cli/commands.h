// SPDX-License-Identifier: Apache-2.0
// The commands of the program. Each returns the exit status; reports go to standard output,
// messages and progress to standard error.
#pragma once

#include "harness/cli/command_line.h"
#include "harness/scenario/scenario.h"

namespace tailrace {

int complain(const std::string& what);  // On standard error; gives kExitUnusable.
// The record of a run that has ended. Error: says what to do with one that has not.
Result<RunRecord> finished_record(const std::string& folder);

int run_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue);
int judge_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue);
int init_command(const CommandLine& line);
int list_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue);
int requirements_command(const Registry& registry, const Catalogue& catalogue);
// What was told of which harm: "HARM SCENARIO" in lines.
int explain_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue,
                    std::string_view told_harms);
int report_command(const CommandLine& line, const Catalogue& catalogue);
int pair_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue);
int pcap_command(const CommandLine& line, const Registry& registry, const Catalogue& catalogue);

}  // namespace tailrace
