// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "harness/base/version.h"
#include "harness/cli/choice.h"
#include "harness/cli/driving_words.h"
#include "harness/cli/folder_words.h"
#include "harness/cli/manual.h"
#include "harness/cli/pcap_words.h"
#include "harness/run/glob.h"

namespace tailrace {
namespace {

constexpr const char* kExitStatus = R"(

Exit status: 0 clean or exactly as baselined, 1 something failed, 2 wrong usage or nothing could be
judged, 3 nothing failed but something could not be seen.)";

// Every word that may stand where a wrong one did.
std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) words.push_back("--" + name);
  }
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    words.push_back(command->get_name());
  }
  return words;
}

std::string with_nearest(const CLI::App& app, const std::vector<std::string>& arguments,
                         const std::string& why) {
  const CLI::App* here = &app;
  for (const std::string& argument : arguments) {
    const CLI::App* deeper = nullptr;
    for (const CLI::App* command : here->get_subcommands([](const CLI::App*) { return true; })) {
      if (command->get_name() == argument) deeper = command;
    }
    if (deeper == nullptr) break;
    here = deeper;
  }
  const auto words = known_words(*here);
  for (const std::string& argument : arguments) {
    const std::string word = argument.substr(0, argument.find('='));
    const bool candidate = here == &app || word.starts_with("--");
    if (!candidate || std::find(words.begin(), words.end(), word) != words.end()) continue;
    const std::string near = nearest_word(word, words);
    return "unknown word '" + word + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?");
  }
  return why;
}

void add_reading(CLI::App& app, CommandLine& line) {
  CLI::App& judge = *app.add_subcommand("judge", "Judge a recorded run again");
  judge.add_option("folder", line.folder, "The run's folder")->type_name("RUN_DIR")->required();
  judge.add_option("--baseline", line.run.baseline_file, "Known failures (JSON)")
      ->type_name("FILE");
  add_choice(judge, "--fail-on", line.run.fail_on, kFailOns, "What makes the run fail");
  add_report_options(judge, line);
  judge.callback([&line] { line.command = Command::kJudge; });
  CLI::App& list = *app.add_subcommand("list", "List the scenarios");
  list.add_flag("--requirements", line.requirements, "What becomes of each requirement row");
  list.callback([&line] {
    line.command = line.requirements ? Command::kListRequirements : Command::kList;
  });
  CLI::App& explain = *app.add_subcommand("explain", "Explain a scenario or a requirement");
  explain.add_option("id", line.id, "Its id")->type_name("ID")->required();
  explain.callback([&line] { line.command = Command::kExplain; });
  CLI::App& report = *app.add_subcommand("report", "Write the report of a run again");
  report.add_option("folder", line.folder, "The run's folder")->type_name("RUN_DIR")->required();
  add_report_options(report, line);
  report.callback([&line] { line.command = Command::kReport; });
}

// Everything that may be typed; also the source of the manual and of the completions.
void add_all(CLI::App& app, CommandLine& line, DrivingWords& driving) {
  app.footer(std::string(examples()) + kExitStatus);
  app.set_version_flag("--version", fmt::format("tailrace {}", version()));
  app.require_subcommand(1);
  add_driving(app, line, driving);
  add_reading(app, line);
  add_folder_commands(app, line);
  add_pcap(app, line);
  add_manual(app);
}

}  // namespace

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  DrivingWords driving;
  // What stands after `--` is the implementation's own command line.
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  std::vector<std::string> own(arguments.begin(), dashes);
  std::vector<std::string> command;
  if (dashes != arguments.end()) command.assign(dashes + 1, arguments.end());

  CLI::App app("Conformance and regression tests of the MCP Streamable HTTP transport.",
               "tailrace");
  add_all(app, line, driving);

  auto reversed = own;
  std::reverse(reversed.begin(), reversed.end());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& stopped) {
    if (stopped.get_exit_code() == 0) {  // Help or version: printed to standard output.
      app.exit(stopped);
      return line;
    }
    if (!own.empty() && is_left_out(own.front())) return trouble(std::string(kOnlyReads));
    return trouble(with_nearest(app, own, stopped.what()));
  }
  line.words = std::move(command);
  if (auto good = finish_driving(line, driving); !good) return std::unexpected(good.error());
  return line;
}

}  // namespace tailrace
