// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/manual.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <vector>

#include "harness/cli/help_writer.h"

namespace tailrace {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

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
  const std::string kind = option.get_type_name();
  return kind.empty() || kind == "TEXT" ? names : names + " " + kind;
}

std::string single_quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

void each_command(const CLI::App& app, const std::string& before,
                  const std::function<void(const std::string&, const CLI::App&)>& told) {
  for (const CLI::App* command : commands_of(app)) {
    const std::string name = before + command->get_name();
    told(name, *command);
    each_command(*command, name + " ", told);
  }
}

std::vector<std::string> words_of(const CLI::App& app) {
  std::vector<std::string> words;
  for (const CLI::App* command : commands_of(app)) words.push_back(command->get_name());
  for (const CLI::Option* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

}  // namespace

std::string manual_page(const CLI::App& app) {
  std::string out = fmt::format(
      ".TH TAILRACE 1 2026-11-26\n.SH NAME\ntailrace \\- {}\n.SH SYNOPSIS\n.B tailrace\n"
      "COMMAND [OPTIONS]\n.SH COMMANDS\n",
      man_text(app.get_description()));
  each_command(app, "", [&](const std::string& name, const CLI::App& command) {
    out += fmt::format(".SS {}\n{}\n", man_text(name), man_text(command.get_description()));
    for (const CLI::Option* option : command.get_options()) {
      out += fmt::format(".TP\n.B {}\n{}\n", man_text(names_of(*option)),
                         man_text(description_of(*option)));
    }
  });
  return out + ".SH EXAMPLES\n.nf\n" + man_text(app.get_footer()) + "\n.fi\n";
}

// What may stand behind an option that takes one of a few words.
std::string choices_of(const CLI::Option& option) {
  std::string words = option.get_type_name();
  if (words.find('|') == std::string::npos) return "";
  std::replace(words.begin(), words.end(), '|', ' ');
  return words;
}

std::string bash_completion(const CLI::App& app) {
  std::string cases, choices;
  each_command(app, "", [&](const std::string& name, const CLI::App& command) {
    cases += fmt::format("    '{}') words='{}' ;;\n", name,
                         single_quoted(fmt::format("{}", fmt::join(words_of(command), " "))));
    for (const CLI::Option* option : command.get_options()) {
      const std::string words = choices_of(*option);
      if (words.empty() || option->get_lnames().empty()) continue;
      choices += fmt::format("    '{} --{}') words='{}' ;;\n", name, option->get_lnames().front(),
                             single_quoted(words));
    }
  });
  return fmt::format(
      "# bash completion of tailrace, by `tailrace completion bash`\n"
      "_tailrace() {{\n  local words='{}' current=${{COMP_WORDS[COMP_CWORD]}} name=''\n"
      "  local command=${{COMP_WORDS[1]}}\n"
      "  [ \"$command\" = baseline ] && [ \"$COMP_CWORD\" -gt 2 ] && "
      "command=\"baseline ${{COMP_WORDS[2]}}\"\n"
      "  [ \"$COMP_CWORD\" -gt 1 ] && name=$command\n"
      "  case $name in\n{}  esac\n"
      "  case \"$name ${{COMP_WORDS[COMP_CWORD-1]}}\" in\n{}  esac\n"
      "  if [ \"$name\" = explain ] || [ \"${{COMP_WORDS[COMP_CWORD-1]}}\" = --only ]; then\n"
      "    words=$(tailrace list 2>/dev/null | sed -n 's/^\\([a-z_]*\\.[a-z_]*\\) .*/\\1/p')\n"
      "  fi\n"
      "  mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n}}\n"
      "complete -o default -F _tailrace tailrace\n",
      single_quoted(fmt::format("{}", fmt::join(words_of(app), " "))), cases,
      choices);
}

std::string zsh_completion(const CLI::App& app) {
  std::string list;
  for (const CLI::App* command : commands_of(app)) {
    list += fmt::format("      '{}:{}'\n", command->get_name(),
                        single_quoted(command->get_description()));
  }
  std::string cases;
  for (const CLI::App* command : commands_of(app)) {
    cases += fmt::format("    {}) _values -w option", command->get_name());
    for (const auto& word : words_of(*command)) cases += " '" + single_quoted(word) + "'";
    cases += " ;;\n";
  }
  return "#compdef tailrace\n# zsh completion of tailrace, by `tailrace completion zsh`\n"
         "_tailrace() {\n  if (( CURRENT == 2 )); then\n    local -a commands=(\n" +
         list +
         "    )\n    _describe command commands\n    return\n  fi\n  case ${words[2]} in\n" +
         cases + "  esac\n  _files\n}\n_tailrace \"$@\"\n";
}

std::string fish_completion(const CLI::App& app) {
  std::string out = "# fish completion of tailrace, by `tailrace completion fish`\n";
  for (const CLI::App* command : commands_of(app)) {
    out += fmt::format("complete -c tailrace -n __fish_use_subcommand -a {} -d '{}'\n",
                       command->get_name(), single_quoted(command->get_description()));
    for (const CLI::Option* option : command->get_options()) {
      for (const auto& name : option->get_lnames()) {
        out += fmt::format(
            "complete -c tailrace -n '__fish_seen_subcommand_from {}' -l {} -d '{}'\n",
            command->get_name(), name, single_quoted(option->get_description()));
      }
    }
  }
  return out;
}

void add_manual(CLI::App& app) {
  CLI::App& man = *app.add_subcommand("man", "Print the manual page");
  man.callback([&app] { fmt::print("{}", manual_page(app)); });
  CLI::App& completion = *app.add_subcommand("completion", "Print the completion of a shell");
  const auto shell = std::make_shared<std::string>();
  completion.add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion.callback([&app, shell] {
    fmt::print("{}", *shell == "bash"  ? bash_completion(app)
                     : *shell == "zsh" ? zsh_completion(app)
                                       : fish_completion(app));
  });
}

}  // namespace tailrace
