// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>

#include "harness/cli/choice.h"
#include "harness/cli/run_words.h"
#include "harness/run/glob.h"

namespace tailrace {
namespace {

constexpr const char* kExamples = R"(
Examples:
  tailrace server http://127.0.0.1:3000/mcp        judge a running server, politely
  tailrace server -- ./my-server --port {port}     start it, judge it, watch its processes
  tailrace client -- ./my-client                   judge a client; it gets our URL last
  tailrace server --only 'delayed_ack.*' -- ./my-server {port}
  tailrace judge RUN_DIR                           judge a recorded run again, without a network
  tailrace explain error_terminal.server_ends_stream_after_error

Exit status: 0 clean or exactly as baselined, 1 something failed, 2 wrong usage or nothing could be
judged, 3 nothing failed but something could not be seen.)";

const std::map<std::string, Format> kFormats = {{"console", Format::kConsole},
                                                {"json", Format::kJson},
                                                {"junit", Format::kJunit},
                                                {"markdown", Format::kMarkdown},
                                                {"html", Format::kHtml}};

void add_report_options(CLI::App& app, CommandLine& line) {
  add_choice(app, "--format", line.format, kFormats, "Form of the report on standard output");
  app.add_flag("-v,--verbose", line.verbose, "Also notes and the measurements of what passed");
}

void add_output_options(CLI::App& app, CommandLine& line) {
  app.add_flag("-q,--quiet", line.quiet, "No progress on standard error");
  add_report_options(app, line);
}

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
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!arguments.empty() && command->get_name() == arguments.front()) here = command;
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

}  // namespace

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments) {
  CommandLine line;
  RunWords words;
  // What stands after `--` is the implementation's own command line.
  const auto dashes = std::find(arguments.begin(), arguments.end(), "--");
  std::vector<std::string> own(arguments.begin(), dashes);
  std::vector<std::string> command;
  if (dashes != arguments.end()) command.assign(dashes + 1, arguments.end());

  CLI::App app("Conformance and regression tests of the MCP Streamable HTTP transport.",
               "tailrace");
  app.footer(kExamples);
  app.set_version_flag("--version", "tailrace 0.1.0");
  app.require_subcommand(1);
  CLI::App& server = *app.add_subcommand("server", "Judge a server: a URL, or -- COMMAND");
  add_server_options(server, line.run, words);
  add_run_options(server, line.run, words);
  add_output_options(server, line);
  CLI::App& client = *app.add_subcommand("client", "Judge a client: -- COMMAND");
  add_run_options(client, line.run, words);
  add_output_options(client, line);
  CLI::App& judge = *app.add_subcommand("judge", "Judge a recorded run again");
  judge.add_option("folder", line.folder, "The run's folder")->required();
  judge.add_option("--baseline", line.run.baseline_file, "Known failures (JSON)");
  add_choice(judge, "--fail-on", line.run.fail_on, kFailOns, "What makes the run fail");
  add_report_options(judge, line);
  CLI::App& list = *app.add_subcommand("list", "List the scenarios");
  CLI::App& explain = *app.add_subcommand("explain", "Explain a scenario or a requirement");
  explain.add_option("id", line.id, "Its id")->required();
  CLI::App& report = *app.add_subcommand("report", "Write the report of a run again");
  report.add_option("folder", line.folder, "The run's folder")->required();
  add_report_options(report, line);

  auto reversed = own;
  std::reverse(reversed.begin(), reversed.end());
  try {
    app.parse(reversed);
  } catch (const CLI::ParseError& stopped) {
    if (stopped.get_exit_code() == 0) {  // Help or version: printed to standard output.
      app.exit(stopped);
      return line;
    }
    return trouble(with_nearest(app, own, stopped.what()));
  }
  line.run.shuffle_seed = words.seed;
  if (judge.parsed()) line.command = Command::kJudge;
  if (list.parsed()) line.command = Command::kList;
  if (explain.parsed()) line.command = Command::kExplain;
  if (report.parsed()) line.command = Command::kReport;
  if (!server.parsed() && !client.parsed()) return line;
  line.command = Command::kRun;
  line.run.under_test = client.parsed() ? Side::kClient : Side::kServer;
  if (auto good = finish(line.run, words, command); !good) return std::unexpected(good.error());
  return line;
}

}  // namespace tailrace
