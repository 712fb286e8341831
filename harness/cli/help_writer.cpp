// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/help_writer.h"

#include <string_view>

namespace tailrace {
namespace {

constexpr std::string_view kList = " ...";

struct Taken {
  std::string_view command, words;
};
// What stands behind the options of a command that takes the implementation's own.
constexpr Taken kTaken[] = {{"server", "URL | --manifest FILE | -- COMMAND"},
                            {"client", "--manifest FILE | -- COMMAND"},
                            {"init", "[ROLE] [-- COMMAND]"}};

}  // namespace

bool may_be_repeated(const CLI::Option& option) {
  return option.nonpositional() && option.get_expected_max() > 1 && !option.get_allow_extra_args();
}

std::string description_of(const CLI::Option& option) {
  return option.get_description() + (may_be_repeated(option) ? " (may be repeated)" : "");
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
  if (may_be_repeated(*option) && text.ends_with(kList)) text.resize(text.size() - kList.size());
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
