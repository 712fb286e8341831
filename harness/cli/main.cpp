// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/folder_commands.h"
#include "harness/cli/terminal.h"
#include "suites/catalogue/embedded.h"
#include "suites/registry.h"

int main(int argc, char** argv) {
  using namespace tailrace;
  prepare_streams();
  const auto line = parse_command_line({argv + 1, argv + argc});
  if (!line) {
    fmt::print(stderr, "tailrace: {}\nTry: tailrace --help\n", line.error().what);
    return kExitUnusable;
  }
  const auto catalogue = Catalogue::parse(catalogue_json());
  if (!catalogue) {
    fmt::print(stderr, "tailrace: {}\n", catalogue.error().what);
    return kExitUnusable;
  }
  const Registry registry = suites::all_scenarios();
  switch (line->command) {
    case Command::kRun:
      return run_command(*line, registry, *catalogue);
    case Command::kJudge:
      return judge_command(*line, registry, *catalogue);
    case Command::kList:
      return list_command(registry, *catalogue);
    case Command::kListRequirements:
      return requirements_command(registry, *catalogue);
    case Command::kExplain:
      return explain_command(*line, registry, *catalogue);
    case Command::kReport:
      return report_command(*line, *catalogue);
    case Command::kBaselineWrite:
      return baseline_write_command(*line);
    case Command::kBaselineCheck:
      return baseline_check_command(*line, registry);
    case Command::kDiff:
      return diff_command(*line);
    case Command::kMerge:
      return merge_command(*line, *catalogue);
    case Command::kRedact:
      return redact_command(*line);
    case Command::kReproduce:
      return reproduce_command(*line);
    case Command::kInit:
      return init_command(*line);
    case Command::kPair:
      return pair_command(*line, registry, *catalogue);
    case Command::kPcap:
      return pcap_command(*line, registry, *catalogue);
    case Command::kDone:
      return kExitClean;
  }
}
