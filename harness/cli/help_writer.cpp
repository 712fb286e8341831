// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/help_writer.h"

#include <algorithm>
#include <string_view>

namespace tailrace {
namespace {

constexpr std::string_view kList = " ...";
constexpr std::string_view kExcludes = " Excludes:";
constexpr std::string_view kNegated = "{false}";
constexpr std::string_view kRange = " in [";  // "INT:INT in [1 - 64]", as CLI11 tells a range.

struct Taken {
  std::string_view command, words;
};
// What stands behind the options of a command that takes the implementation's own.
constexpr Taken kTaken[] = {{"server", "URL | --manifest FILE | -- COMMAND"},
                            {"client", "--manifest FILE | -- COMMAND"},
                            {"init", "[ROLE] [-- COMMAND]"}};

// "1 to 64", "" where there is no range.
std::string range_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto begin = type.find(kRange);
  if (begin == std::string::npos) return "";
  std::string range = type.substr(begin + kRange.size());
  range.resize(std::min(range.find(']'), range.size()));
  const auto dash = range.find(" - ");
  if (dash != std::string::npos) range.replace(dash, 3, " to ");
  return range;
}

void each_command_below(const CLI::App& app, const std::string& before,
                        const std::function<void(const std::string&, const CLI::App&)>& told) {
  for (const CLI::App* command : commands_of(app)) {
    const std::string name = before + command->get_name();
    told(name, *command);
    each_command_below(*command, name + " ", told);
  }
}

}  // namespace

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

void each_command(const CLI::App& app,
                  const std::function<void(const std::string&, const CLI::App&)>& told) {
  each_command_below(app, "", told);
}

bool takes_command(const CLI::App& command) {
  return std::ranges::any_of(kTaken, [&](const Taken& taken) {
    return command.get_name() == taken.command;
  });
}

std::string value_word_of(const CLI::Option& option) {
  return range_of(option).empty() ? option.get_type_name() : "N";
}

bool may_be_repeated(const CLI::Option& option) {
  return option.nonpositional() && option.get_expected_max() > 1 && !option.get_allow_extra_args();
}

std::string description_of(const CLI::Option& option) {
  const std::string range = range_of(option);
  return option.get_description() + (range.empty() ? "" : " (" + range + ")") +
         (may_be_repeated(option) ? " (may be repeated)" : "");
}

std::string HelpWriter::make_usage(const CLI::App* app, std::string name) const {
  for (const Taken& taken : kTaken) {
    if (app->get_name() == taken.command) {
      return "Usage: " + name + " [OPTIONS] " + std::string(taken.words) + "\n";
    }
  }
  return CLI::Formatter::make_usage(app, name);
}

std::string HelpWriter::make_option_opts(const CLI::Option* option) const {
  std::string text = CLI::Formatter::make_option_opts(option);
  // CLI11 writes the type and its range in one word.
  const std::string type = option->get_type_name();
  if (const auto at = text.find(type); at != text.npos && !range_of(*option).empty()) {
    text.replace(at, type.size(), value_word_of(*option));
  }
  // "Excludes:" and names that --help does not show; the description says it in words.
  text.resize(std::min(text.find(kExcludes), text.size()));
  if (may_be_repeated(*option) && text.ends_with(kList)) text.resize(text.size() - kList.size());
  return text;
}

// Without what --no-... sets, which CLI11 writes behind it.
std::string HelpWriter::make_option_name(const CLI::Option* option, bool positional) const {
  std::string text = CLI::Formatter::make_option_name(option, positional);
  if (const auto at = text.find(kNegated); at != text.npos) text.erase(at, kNegated.size());
  return text;
}

std::string HelpWriter::make_option_desc(const CLI::Option* option) const {
  return description_of(*option);
}

std::string HelpWriter::make_option_usage(const CLI::Option* option) const {
  std::string word = option->get_type_name();
  if (word.empty() || word == "TEXT") word = option->get_name();
  std::string text = word;
  for (int i = 1; i < option->get_expected_min(); ++i) text += " " + word;
  if (option->get_expected_max() > option->get_expected_min()) text += "...";
  return option->get_required() ? text : "[" + text + "]";
}

}  // namespace tailrace
