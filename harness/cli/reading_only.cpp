// SPDX-License-Identifier: Apache-2.0
// In place of what starts implementations and captures packets, in a tailrace that only reads.
#include <algorithm>

#include "harness/cli/commands.h"
#include "harness/cli/driving_words.h"
#include "harness/cli/explain_live.h"

namespace tailrace {
namespace {

constexpr std::string_view kExamples = R"(
Examples:
  tailrace pcap trace.pcapng                       explain every wait in a capture
  tailrace judge RUN_DIR                           judge a recorded run again
  tailrace explain error_terminal.server_ends_stream_after_error
  tailrace report RUN_DIR --format html > report.html
  tailrace baseline write RUN_DIR --out known.json
  tailrace diff RUN_A RUN_B                        what a new version breaks and mends)";

constexpr std::string_view kLeftOut[] = {"server", "client", "pair", "init"};

}  // namespace

std::string_view examples() {
  return kExamples;
}

void add_driving(CLI::App&, CommandLine&, DrivingWords&) {}
void add_live(CLI::App&, CommandLine&) {}

Status finish_driving(CommandLine&, const DrivingWords&) {
  return {};
}

bool is_left_out(std::string_view command) {
  return std::ranges::find(kLeftOut, command) != std::end(kLeftOut);
}

int run_command(const CommandLine&, const Registry&, const Catalogue&) {
  return complain(std::string(kOnlyReads));
}

int pair_command(const CommandLine&, const Registry&, const Catalogue&) {
  return complain(std::string(kOnlyReads));
}

int init_command(const CommandLine&) {
  return complain(std::string(kOnlyReads));
}

Result<CaptureReport> explain_interface(const std::string&, const std::string&,
                                        const AnalysisOptions&, bool) {
  return trouble(std::string(kOnlyReads));
}

Result<CaptureReport> explain_followed(const std::string&, const std::string&,
                                       const AnalysisOptions&, bool) {
  return trouble(std::string(kOnlyReads));
}

}  // namespace tailrace
