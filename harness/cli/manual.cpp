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

}  // namespace

std::string manual_page(const CLI::App& app) {
  std::string out = fmt::format(
      ".TH TAILRACE 1 2026-11-26\n.SH NAME\ntailrace \\- {}\n.SH SYNOPSIS\n.B tailrace\n"
      "COMMAND [OPTIONS]\n.SH COMMANDS\n",
      man_text(app.get_description()));
  each_command(app, [&](const std::string& name, const CLI::App& command) {
    out += fmt::format(".SS {}\n{}\n", man_text(name), man_text(command.get_description()));
    for (const CLI::Option* option : command.get_options()) {
      out += fmt::format(".TP\n.B {}\n{}\n", man_text(names_of(*option)),
                         man_text(description_of(*option)));
    }
  });
  return out + ".SH EXAMPLES\n.nf\n" + man_text(app.get_footer()) + "\n.fi\n";
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
