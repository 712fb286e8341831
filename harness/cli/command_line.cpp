// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include "harness/base/version.h"
#include "harness/cli/choice.h"
#include "harness/cli/driving_words.h"
#include "harness/cli/folder_words.h"
#include "harness/cli/help_writer.h"
#include "harness/cli/manual.h"
#include "harness/cli/named_paths.h"
#include "harness/cli/pcap_words.h"
#include "harness/run/glob.h"

namespace tailrace {
namespace {

constexpr const char* kExitStatus = R"(

Exit status: 0 clean or exactly as baselined, 1 something failed, 2 wrong usage or nothing could be
judged, 3 nothing failed but something could not be seen, 129, 130 or 143
interrupted (by a closed terminal, by Ctrl-C, by SIGTERM).)";

constexpr const char* kToldStatus = R"(

Exit status: 0 done, 2 wrong usage, or something cannot be read or written.)";
constexpr const char* kDiffStatus = R"(

Exit status: 0 nothing broke, 1 something did, 2 wrong usage or nothing is comparable, 3 the later
run is not whole.)";
constexpr const char* kPcapStatus = R"(

Exit status: 0 nothing convicts, 1 a rule is broken or calls wait for delayed ACKs (high
confidence), 2 wrong usage or the file cannot be read, 3 it holds too little to tell.)";

// Every word that may stand where a wrong one did.
std::vector<std::string> known_words(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) words.push_back("--" + name);
  }
  for (const CLI::App* command : commands_of(app)) {
    words.push_back(command->get_name());
  }
  return words;
}

// The command that the words reach, as far as they are known.
const CLI::App& reached(const CLI::App& app, const std::vector<std::string>& arguments) {
  const CLI::App* here = &app;
  for (const std::string& argument : arguments) {
    const CLI::App* deeper = nullptr;
    for (const CLI::App* command : commands_of(*here)) {
      if (command->get_name() == argument) deeper = command;
    }
    if (deeper == nullptr) break;
    here = deeper;
  }
  return *here;
}

// "tailrace baseline write", what to ask for help.
std::string full_name(const CLI::App& app) {
  return (app.get_parent() == nullptr ? "" : full_name(*app.get_parent()) + " ") + app.get_name();
}

// Of all examples those of one command; what it is told by stands in its first words.
std::string examples_of(const CLI::App& command) {
  const std::string begin = "  " + full_name(command) + " ";
  std::string found;
  std::string_view rest = examples();
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    if (rest.substr(0, end).starts_with(begin)) found += "\n" + std::string(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return found.empty() ? "" : "\nExamples:" + found;
}

std::string try_help(const CLI::App& app, const std::vector<std::string>& arguments) {
  return "\nTry: " + full_name(reached(app, arguments)) + " --help";
}

std::string with_nearest(const CLI::App& app, const std::vector<std::string>& arguments,
                         const std::string& why) {
  const CLI::App* here = &reached(app, arguments);
  const auto words = known_words(*here);
  const bool wants_command = !commands_of(*here).empty();
  auto argument = arguments.begin();
  for (const CLI::App* up = here; up != &app; up = up->get_parent()) ++argument;
  for (; argument != arguments.end(); ++argument) {
    const std::string word = argument->substr(0, argument->find('='));
    const bool candidate = wants_command || word.starts_with("--");
    if (!candidate || std::find(words.begin(), words.end(), word) != words.end()) continue;
    const std::string near = nearest_word(word, words);
    return "unknown word '" + word + "'" + (near.empty() ? "" : "; did you mean '" + near + "'?");
  }
  return why;
}

// The first word that stands behind the value of an option that takes one value at a time, as if
// that took a list: "" where none does.
std::string taken_for_a_list(const CLI::App& app, const std::vector<std::string>& arguments) {
  const CLI::App& here = reached(app, arguments);
  for (std::size_t i = 0; i + 2 < arguments.size(); ++i) {
    const std::string& word = arguments[i + 2];
    if (word.starts_with("-") || word.find("://") != std::string::npos) continue;
    for (const CLI::Option* option : here.get_options()) {
      if (!may_be_repeated(*option) || !option->check_name(arguments[i])) continue;
      return fmt::format("'{}' is not expected: to give {} another, write {} before each", word,
                         arguments[i], arguments[i]);
    }
  }
  return "";
}

// CLI11 names a positional by its own name, which --help does not show: "RUN_DIR is required".
std::string as_help_names_it(const CLI::App& here, std::string why) {
  for (const CLI::Option* option : here.get_options()) {
    const std::string name = option->get_name(), word = value_word_of(*option);
    const bool meant = why.starts_with(name + " ") || why.starts_with(name + ": ");
    if (!option->get_positional() || !meant || word.find('|') != word.npos) continue;
    why.replace(0, name.size(), word);
    break;
  }
  return why;
}

// `tailrace help baseline write` is asked as `tailrace baseline write --help`.
void take_help_word(std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front() != "help") return;
  arguments.erase(arguments.begin());
  arguments.emplace_back("--help");
}

// `tailrace sever --help` is a word that is wrong, and not asked for the help of everything.
void let_wrong_words_be_told(const CLI::App& app, std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.front().starts_with('-')) return;
  const auto is_meant = [&](const CLI::App* command) {
    return command->check_name(arguments.front());
  };
  if (!app.get_subcommands(is_meant).empty()) return;
  std::erase_if(arguments, [](const auto& word) { return word == "--help" || word == "-h"; });
}

// Of the words that no option takes, the first as they were typed: CLI11 tells them reversed.
std::string first_unexpected(const std::vector<std::string>& arguments, const std::string& why) {
  const std::string words = why.substr(std::min(why.find(": "), why.size())) + " ";
  for (const std::string& argument : arguments) {
    if (words.find(" " + argument + " ") != std::string::npos) {
      return "'" + argument + "' is not expected";
    }
  }
  return why;
}

void add_reading(CLI::App& app, CommandLine& line) {
  CLI::App& judge = *app.add_subcommand("judge", "Judge a recorded run again");
  judge.add_option("folder", line.folder, "The run's folder")->type_name("RUN_DIR")->required();
  judge.add_option("--baseline", line.run.baseline_file, "Known failures (JSON)")
      ->type_name("FILE");
  add_fail_on(judge, line.run.fail_on);
  add_report_options(judge, line);
  judge.callback([&line] { line.command = Command::kJudge; });
  CLI::App& list = *app.add_subcommand("list", "List the scenarios, and what each asks");
  CLI::Option* only = list.add_option("scenarios", line.run.only,
                                      "Those alone: ids, globs, suites, or requirement ids")
                          ->type_name("WORD");
  list.add_flag("--requirements", line.requirements,
                "What becomes of each requirement row; not together with WORD")
      ->excludes(only);
  list.callback([&line] {
    line.command = line.requirements ? Command::kListRequirements : Command::kList;
  });
  CLI::App& explain = *app.add_subcommand("explain", "Explain a scenario, a requirement or a harm");
  explain.add_option("id", line.id, "Its id")->type_name("ID")->required();
  explain.callback([&line] { line.command = Command::kExplain; });
  CLI::App& report = *app.add_subcommand("report", "Write the report of a run again");
  report.add_option("folder", line.folder, "The run's folder")->type_name("RUN_DIR")->required();
  report.add_option("--baseline", line.run.baseline_file,
                    "Known failures (JSON), in this report alone")
      ->type_name("FILE");
  add_report_options(report, line);
  report.callback([&line] { line.command = Command::kReport; });
}

// What its exit status tells, where that is no verdict.
std::string_view status_of(const std::string& command) {
  constexpr std::string_view kTells[] = {"list",     "explain", "report", "init",      "redact",
                                         "reproduce", "man",    "completion", "write"};
  if (std::ranges::find(kTells, command) != std::end(kTells)) return kToldStatus;
  if (command == "diff") return kDiffStatus;
  return command == "pcap" ? kPcapStatus : kExitStatus;
}

// A command's own examples: all of them would hide its options.
void set_footers(CLI::App& app) {
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    command->footer(examples_of(*command) + std::string(status_of(command->get_name())));
    set_footers(*command);
  }
}

// As an unset variable of a shell gives it. A filter may be: it takes every packet.
void refuse_empty_words(CLI::App& app) {
  for (CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option->get_name() == "--filter") continue;
    option->check([](const std::string& word) { return word.empty() ? "it is empty" : ""; }, "");
  }
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    refuse_empty_words(*command);
  }
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
  set_footers(app);
  refuse_empty_words(app);
}

}  // namespace

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  DrivingWords driving;
  // What stands after `--` is the implementation's own command line.
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  std::vector<std::string> own(arguments.begin(), dashes);
  take_help_word(own);
  std::vector<std::string> command;
  if (dashes != arguments.end()) command.assign(dashes + 1, arguments.end());

  CLI::App app("Conformance and regression tests of the MCP Streamable HTTP transport.",
               "tailrace");
  app.formatter(std::make_shared<HelpWriter>());
  add_all(app, line, driving);

  let_wrong_words_be_told(app, own);
  auto reversed = own;
  std::reverse(reversed.begin(), reversed.end());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& stopped) {
    if (stopped.get_exit_code() == 0) {  // Help or version: printed to standard output.
      app.exit(stopped);
      if (!std::cout.flush()) return trouble("cannot write to standard output");
      return line;
    }
    if (!own.empty() && is_left_out(own.front())) return trouble(std::string(kOnlyReads));
    std::string why = stopped.what();
    if (dynamic_cast<const CLI::ExtrasError*>(&stopped) != nullptr) {
      const std::string listed = taken_for_a_list(app, own);
      why = listed.empty() ? first_unexpected(own, why) : listed;
      const CLI::App& here = reached(app, own);
      if (listed.empty() && takes_command(here) && dashes == arguments.end()) {
        why += "; a command stands behind --: " + full_name(here) + " -- COMMAND";
      }
    }
    why = as_help_names_it(reached(app, own), why);
    return trouble(with_nearest(app, own, why) + try_help(app, own));
  }
  line.words = std::move(command);
  line.folder = folder_named_by(line.folder);
  std::ranges::transform(line.folders, line.folders.begin(), folder_named_by);
  std::ranges::transform(line.pcap.files, line.pcap.files.begin(), capture_named_by);
  if (auto good = finish_driving(line, driving); !good) {
    const std::string listed = line.command == Command::kRun ? taken_for_a_list(app, own) : "";
    if (!listed.empty()) return trouble(listed + try_help(app, own));
    const std::string& why = good.error().what;
    const bool says_where = why.find('\n') != why.npos;  // Where to look, instead of --help.
    return trouble(why + (says_where ? "" : try_help(app, own)));
  }
  return line;
}

}  // namespace tailrace
