// SPDX-License-Identifier: Apache-2.0
// CommandLine: the words of the user as checked options. The one place that knows CLI11.
#pragma once

#include <string>
#include <vector>

#include "harness/cli/pcap_options.h"
#include "harness/run/options.h"
#include "harness/run/pair.h"

namespace tailrace {

enum class Command : std::uint8_t {
  kRun,
  kJudge,
  kList,
  kListRequirements,
  kExplain,
  kReport,
  kBaselineWrite,
  kBaselineCheck,
  kDiff,
  kMerge,
  kRedact,
  kReproduce,
  kInit,
  kPcap,
  kPair,
  kDone
};
enum class Format : std::uint8_t { kConsole, kJson, kJunit, kMarkdown, kHtml };

struct CommandLine {
  Command command = Command::kDone;  // kDone: help, version, manual or completion was printed.
  RunOptions run;
  std::string folder;                // Of a run.
  std::vector<std::string> folders;  // diff, merge
  std::string id;                    // explain, reproduce
  std::string file;                  // baseline, merge: what is read or written.
  std::string reason;                // baseline write
  std::vector<std::string> secrets;  // redact: names of variables.
  std::string pipeline;              // init: "", "github", "gitlab" or "jenkins".
  std::string program_url;           // init: where that pipeline fetches the static program.
  std::vector<std::string> words;    // init: the implementation's command.
  PcapOptions pcap;
  PairOptions pair;
  Format format = Format::kConsole;
  bool verbose = false, quiet = false;
  bool schema = false;        // init: the manifest's JSON Schema, and nothing else.
  bool requirements = false;  // list
  bool force = false;         // baseline write: over a file that is there.
};

// Error: what is wrong, with the nearest right word where there is one.
Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments);

}  // namespace tailrace
