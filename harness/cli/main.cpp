// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "harness/cli/commands.h"
#include "harness/cli/folder_commands.h"
#include "harness/cli/terminal.h"
#include "harness/wire/escape.h"
#include "suites/catalogue/embedded.h"
#include "suites/registry.h"

namespace tailrace {
namespace {

// As a shell tells of a program that SIGPIPE has ended: who read our output has left (`| head`).
constexpr int kReaderLeft = 128 + 13;

int obey(int argc, char** argv) {
  const auto line = parse_command_line({argv + 1, argv + argc});
  if (!line) {
    fmt::print(stderr, "tailrace: {}\n", line.error().what);
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
      return list_command(*line, registry, *catalogue);
    case Command::kListRequirements:
      return requirements_command(registry, *catalogue);
    case Command::kExplain:
      return explain_command(*line, registry, *catalogue, told_harms());
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
      break;
  }
  return kExitClean;
}

// Without fmt: what cannot be written to may be the very stream that it writes to.
int cannot_write(const std::error_code& why) {
  if (why == std::errc::broken_pipe) return kReaderLeft;
  std::fprintf(stderr, "tailrace: cannot write: %s\n", why.message().c_str());
  return kExitUnusable;
}

}  // namespace
}  // namespace tailrace

int main(int argc, char** argv) {
  constexpr std::size_t kLongest = 4096;  // Two paths stand in it.
  tailrace::prepare_streams();
  try {
    const int status = tailrace::obey(argc, argv);
    if (std::fflush(stdout) == 0) return status;
    return tailrace::cannot_write({errno, std::generic_category()});
  } catch (const std::filesystem::filesystem_error& error) {  // It names the path.
    std::fprintf(stderr, "tailrace: %s\n", tailrace::excerpt(error.what(), kLongest).c_str());
    return tailrace::kExitUnusable;
  } catch (const std::system_error& error) {  // Of fmt, which checks each write.
    return tailrace::cannot_write(error.code());
  }
}
