// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/manual.h"

#include <fmt/format.h>

#include <cstdio>
#include <map>
#include <memory>

#include "harness/cli/choice.h"
#include "harness/cli/completion.h"
#include "harness/cli/help_writer.h"

namespace tailrace {
namespace {

using Writer = std::string (*)(const CLI::App&);
const std::map<std::string, Writer> kShells = {
    {"bash", &bash_completion}, {"zsh", &zsh_completion}, {"fish", &fish_completion}};

// Text in man(7): a backslash and a leading point would be commands.
std::string man_text(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if ((c == '.' || c == '\'') && (at == 0 || text[at - 1] == '\n')) out += "\\&";
    out += c == '\\' ? std::string("\\e") : c == '-' ? std::string("\\-") : std::string(1, c);
  }
  return out;
}

std::string names_of(const CLI::Option& option) {
  std::string names = option.get_positional() ? option.get_name() : "";
  if (!option.get_positional()) {
    for (const auto& name : option.get_snames()) names += (names.empty() ? "-" : ", -") + name;
    for (const auto& name : option.get_lnames()) names += (names.empty() ? "--" : ", --") + name;
  }
  const std::string kind = value_word_of(option);
  return kind.empty() ? names : names + " " + kind;
}

constexpr std::string_view kUsage = "Usage: ", kExamples = "\nExamples:\n",
                           kStatus = "\n\nExit status: ";

// "tailrace report [OPTIONS] RUN_DIR", as --help has it.
std::string synopsis_of(const std::string& name, const CLI::App& command) {
  std::string usage = HelpWriter().make_usage(&command, "tailrace " + name);
  if (usage.starts_with(kUsage)) usage.erase(0, kUsage.size());
  while (usage.ends_with('\n')) usage.pop_back();
  return usage;
}

// The statuses stand behind the examples in --help, and in a section of their own here.
std::string sections_of(const std::string& footer) {
  const auto status = footer.find(kStatus);
  std::string examples = footer.substr(0, status);
  if (examples.starts_with(kExamples)) examples.erase(0, kExamples.size());
  std::string out = ".SH EXAMPLES\n.nf\n" + man_text(examples) + "\n.fi\n";
  if (status == std::string::npos) return out;
  return out + ".SH EXIT STATUS\n" + man_text(footer.substr(status + kStatus.size())) + "\n";
}

constexpr const char* kEnvironment = R"(.SH ENVIRONMENT
.TP
.B NO_COLOR
No colours, where it is not empty; none are written where the output is no terminal, or TERM is dumb
.TP
.B COLUMNS
The width of a report that does not go to a terminal (100 without it)
.TP
.B GITHUB_STEP_SUMMARY
A file that the Markdown report is added to
.SH FILES
.TP
.B results.json
The record in a run's folder, the source of every report
.TP
.B histories
What was seen in each scenario, a line of JSON each; with run.json what
.B tailrace judge
reads
.TP
.B capture.pcap
The packets, cut to headers unless \-\-keep\-pcap was given
)";

}  // namespace

std::string manual_page(const CLI::App& app) {
  std::string out = fmt::format(
      ".TH TAILRACE 1 2026-11-26\n.SH NAME\ntailrace \\- {}\n.SH SYNOPSIS\n.B tailrace\n"
      "COMMAND [OPTIONS]\n.SH COMMANDS\n",
      man_text(app.get_description()));
  each_command(app, [&](const std::string& name, const CLI::App& command) {
    out += fmt::format(".SS {}\n{}\n.PP\n.B {}\n", man_text(name),
                       man_text(command.get_description()),
                       man_text(synopsis_of(name, command)));
    for (const CLI::Option* option : command.get_options()) {
      out += fmt::format(".TP\n.B {}\n{}\n", man_text(names_of(*option)),
                         man_text(description_of(*option)));
    }
  });
  return out + sections_of(app.get_footer()) + kEnvironment;
}

void add_manual(CLI::App& app) {
  CLI::App& man = *app.add_subcommand("man", "Print the manual page");
  man.callback([&app] { fmt::print("{}", manual_page(app)); });
  CLI::App& completion = *app.add_subcommand("completion", "Print the completion of a shell");
  const auto writer = std::make_shared<Writer>();
  add_choice(completion, "shell", *writer, kShells, "Which shell")->required();
  completion.callback([&app, writer] { fmt::print("{}", (*writer)(app)); });
}

}  // namespace tailrace
