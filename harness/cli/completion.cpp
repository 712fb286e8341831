// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/cli/help_writer.h"
#include "harness/run/plan.h"

namespace tailrace {
namespace {

// What may stand for a value. The name of its type, which --help shows, tells it.
struct Value {
  enum class Kind { kAny, kFile, kFolder, kScenario, kWords } kind = Kind::kAny;
  std::string words;  // Of kWords, with blanks between them.
};

Value value_of(const CLI::Option& option) {
  std::string type = option.get_type_name();
  if (type.find('|') != std::string::npos) {
    std::ranges::replace(type, '|', ' ');
    return {Value::Kind::kWords, type};
  }
  if (type == "REVISION") {
    return {Value::Kind::kWords, fmt::format("{} all", fmt::join(kRevisions, " "))};
  }
  if (type == "WORD" || type == "ID") return {Value::Kind::kScenario, ""};
  if (type == "RUN_DIR" || type == "DIR") return {Value::Kind::kFolder, ""};
  if (type == "FILE" || type.starts_with("OUT.")) return {Value::Kind::kFile, ""};
  return {};
}

// A flag stands alone.
bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

// Whose scenarios may be named: those of the other role select nothing.
std::string role_of(const std::string& command) {
  return command == "server" || command == "client" ? command : "";
}

std::string single_quoted(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out;
}

std::vector<std::string> names_of(const CLI::Option& option) {
  std::vector<std::string> names;
  for (const auto& name : option.get_snames()) names.push_back("-" + name);
  for (const auto& name : option.get_lnames()) names.push_back("--" + name);
  return names;
}

std::vector<const CLI::Option*> positionals_of(const CLI::App& command) {
  std::vector<const CLI::Option*> found;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) found.push_back(option);
  }
  return found;
}

std::string subcommands_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* command : commands_of(app)) names.push_back(command->get_name());
  return fmt::format("{}", fmt::join(names, " "));
}

// ---- bash

// Nothing in COMPREPLY leaves it to `-o default`: files and folders.
constexpr const char* kBash = R"sh(# bash completion of tailrace, by `tailrace completion bash`
_tailrace_ids() {{
  tailrace list 2>/dev/null |
    awk -v role="$1" '$1 ~ /[.]/ && (role == "" || $2 == role) {{ print $1 }}'
}}
_tailrace() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD-1]}}
  local command=${{COMP_WORDS[1]}} words='' first=2 position=1 i
  COMPREPLY=()
  # --format=json comes as three words.
  [ "$current" = = ] && current=''
  [ "$previous" = = ] && previous=${{COMP_WORDS[COMP_CWORD-2]}}
  if [ "$command" = baseline ] && [ "$COMP_CWORD" -gt 2 ]; then
    command="baseline ${{COMP_WORDS[2]}}" first=3
  fi
  for ((i = first; i < COMP_CWORD; ++i)); do
    case ${{COMP_WORDS[i]}} in
      --) return ;;
      -*) ;;
      *) ((++position)) ;;
    esac
  done
  [ "$COMP_CWORD" -eq 1 ] && command='' position=0
  case "$command $previous" in
{0}    *)
      case "$command $position" in
        ' 0') words='{1} --help --version' ;;
{2}      esac
      [[ $current == -* ]] && [ "$COMP_CWORD" -gt 1 ] && case $command in
{3}      esac
      ;;
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -o default -F _tailrace tailrace
)sh";

// What to do for a value: set `words`, or leave it to files.
std::string bash_action(const Value& value, const std::string& role) {
  switch (value.kind) {
    case Value::Kind::kWords:
      return "words='" + single_quoted(value.words) + "'";
    case Value::Kind::kScenario:
      return "words=$(_tailrace_ids " + role + ")";
    default:
      return "return";
  }
}

void add_to_bash(const std::string& name, const CLI::App& command, std::string& values,
                 std::string& positions, std::string& options) {
  std::vector<std::string> words;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) continue;
    std::vector<std::string> patterns;
    for (const std::string& word : names_of(*option)) {
      if (word.starts_with("--")) words.push_back(word);
      patterns.push_back(fmt::format("'{} {}'", name, word));
    }
    if (!takes_value(*option)) continue;
    values += fmt::format("    {}) {} ;;\n", fmt::join(patterns, " | "),
                          bash_action(value_of(*option), role_of(name)));
  }
  std::size_t position = 0;
  for (const CLI::Option* option : positionals_of(command)) {
    const Value value = value_of(*option);
    ++position;
    if (value.kind != Value::Kind::kWords && value.kind != Value::Kind::kScenario) continue;
    positions += fmt::format("        '{} {}') {} ;;\n", name, position, bash_action(value, ""));
  }
  if (const std::string below = subcommands_of(command); !below.empty()) {
    positions += fmt::format("        '{} 1') words='{}' ;;\n", name, below);
  }
  options += fmt::format("        '{}') words='{}' ;;\n", name,
                         single_quoted(fmt::format("{}", fmt::join(words, " "))));
}

// ---- zsh

constexpr const char* kZsh = R"sh(#compdef tailrace
# zsh completion of tailrace, by `tailrace completion zsh`
_tailrace_ids() {{
  local -a ids
  ids=(${{(f)"$(_call_program ids tailrace list 2>/dev/null | awk -v role=$1 \
    '$1 ~ /[.]/ && (role == "" || $2 == role) {{ print $1 }}')"}})
  compadd -a ids
}}
_tailrace() {{
  local curcontext=$curcontext state
  local -a commands=(
{}  )
  _arguments -C '(- *)--help[Print the help]' '(- *)--version[Print the version]' \
    '1: :->command' '*:: :->behind'
  [[ $state == command ]] && _describe command commands && return
  [[ $state == behind ]] && case $words[1] in
{}  esac
}}
if [ "$funcstack[1]" = _tailrace ]; then  # Loaded for its first use; else by `source`.
  _tailrace "$@"
else
  compdef _tailrace tailrace
fi
)sh";

// Text between brackets, or behind a colon, of a specification of _arguments.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return single_quoted(out);
}

std::string zsh_action(const Value& value, const std::string& role) {
  switch (value.kind) {
    case Value::Kind::kWords:
      return "(" + value.words + ")";
    case Value::Kind::kScenario:
      return "{_tailrace_ids " + (role.empty() ? "\"\"" : role) + "}";
    case Value::Kind::kFile:
      return "_files";
    case Value::Kind::kFolder:
      return "_files -/";
    case Value::Kind::kAny:
      break;
  }
  return " ";
}

std::string zsh_arguments(const CLI::App& command) {
  std::string out = "_arguments";
  const std::string role = role_of(command.get_name());
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) continue;
    for (const std::string& name : names_of(*option)) {
      out += fmt::format(" \\\n      '{}{}[{}]", may_be_repeated(*option) ? "*" : "", name,
                         zsh_text(option->get_description()));
      if (takes_value(*option)) {
        out += fmt::format(":{}:{}", zsh_text(value_word_of(*option)),
                           zsh_action(value_of(*option), role));
      }
      out += "'";
    }
  }
  for (const CLI::Option* option : positionals_of(command)) {
    const bool many = option->get_items_expected_max() > 1;
    if (takes_command(command) && value_of(*option).kind == Value::Kind::kAny) continue;
    out += fmt::format(" \\\n      '{}:{}:{}'", many ? "*" : "", zsh_text(value_word_of(*option)),
                       zsh_action(value_of(*option), ""));
  }
  if (takes_command(command)) out += " \\\n      '*:COMMAND:_files'";
  return out;
}

std::string zsh_case(const CLI::App& command) {
  const auto below = commands_of(command);
  if (below.empty()) {
    return fmt::format("    {})\n      {} ;;\n", command.get_name(), zsh_arguments(command));
  }
  std::string out = fmt::format("    {})\n      state=''\n      _arguments -C '1: :({})' "
                                "'*:: :->behind'\n      [[ $state == behind ]] && case "
                                "$words[1] in\n",
                                command.get_name(), subcommands_of(command));
  for (const CLI::App* deeper : below) out += zsh_case(*deeper);
  return out + "      esac ;;\n";
}

// ---- fish

constexpr const char* kFish = R"sh(# fish completion of tailrace, by `tailrace completion fish`
function __tailrace_ids
    set -l role '(?:server|client)'
    test -n "$argv[1]"; and set role $argv[1]
    tailrace list 2>/dev/null | string replace -rf "^(\S+\.\S+)\s+$role\s+(.*)" '$1\t$2'
end
# Whether the words so far are of this command, and not yet of the one behind `--`.
function __tailrace_is
    set -l words (commandline -opc)
    contains -- -- $words[2..-1]; and return 1
    test "$words[2..$(math 1 + (count $argv))]" = "$argv"
end
# The same, and the word wanted is its N-th without a dash: __tailrace_at N COMMAND
function __tailrace_at
    __tailrace_is $argv[2..-1]; or return 1
    set -l words (string match -v -- '-*' (commandline -opc))
    test (count $words) -eq (math $argv[1] + (count $argv) - 1)
end
)sh";

std::string fish_action(const Value& value, const std::string& role) {
  switch (value.kind) {
    case Value::Kind::kWords:
      return " -x -a '" + single_quoted(value.words) + "'";
    case Value::Kind::kScenario:
      return " -x -a '(__tailrace_ids " + role + ")'";
    case Value::Kind::kFolder:
      return " -x -a '(__fish_complete_directories)'";
    case Value::Kind::kFile:
      return " -r -F";
    case Value::Kind::kAny:
      break;
  }
  return " -x";
}

void add_to_fish(const std::string& name, const CLI::App& command, std::string& out) {
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_positional()) continue;
    out += fmt::format("complete -c tailrace -n '__tailrace_is {}'", name);
    for (const auto& word : option->get_snames()) out += " -s " + word;
    for (const auto& word : option->get_lnames()) out += " -l " + word;
    if (takes_value(*option)) out += fish_action(value_of(*option), role_of(name));
    out += " -d '" + single_quoted(option->get_description()) + "'\n";
  }
  std::size_t position = 0;
  for (const CLI::Option* option : positionals_of(command)) {
    const Value value = value_of(*option);
    ++position;
    if (value.kind == Value::Kind::kAny || value.kind == Value::Kind::kFile) continue;
    const int most = option->get_items_expected_max();  // diff takes two, merge any number.
    out += fmt::format("complete -c tailrace -n '{} {}'{}\n",
                       most > 1 ? "__tailrace_is" : fmt::format("__tailrace_at {}", position), name,
                       fish_action(value, ""));
  }
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
  std::string values, positions, options;
  each_command(app, [&](const std::string& name, const CLI::App& command) {
    add_to_bash(name, command, values, positions, options);
  });
  return fmt::format(kBash, values, subcommands_of(app), positions, options);
}

std::string zsh_completion(const CLI::App& app) {
  std::string commands, cases;
  for (const CLI::App* command : commands_of(app)) {
    commands += fmt::format("    '{}:{}'\n", command->get_name(),
                            zsh_text(command->get_description()));
    cases += zsh_case(*command);
  }
  return fmt::format(kZsh, commands, cases);
}

std::string fish_completion(const CLI::App& app) {
  std::string out = kFish;
  out += "complete -c tailrace -n __fish_use_subcommand -l version -d 'Print the version'\n";
  for (const CLI::App* command : commands_of(app)) {
    out += fmt::format("complete -c tailrace -n __fish_use_subcommand -f -a {} -d '{}'\n",
                       command->get_name(), single_quoted(command->get_description()));
    for (const CLI::App* deeper : commands_of(*command)) {
      out += fmt::format("complete -c tailrace -n '__tailrace_at 1 {}' -f -a {} -d '{}'\n",
                         command->get_name(), deeper->get_name(),
                         single_quoted(deeper->get_description()));
    }
  }
  each_command(app, [&](const std::string& name, const CLI::App& command) {
    add_to_fish(name, command, out);
  });
  return out;
}

}  // namespace tailrace
