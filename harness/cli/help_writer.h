// SPDX-License-Identifier: Apache-2.0
// HelpWriter: --help as CLI11 writes it, but for what it cannot know: which options may be
// repeated, and which commands take another's command line; and what the manual and the completions
// of shells ask likewise. Used while the command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

namespace tailrace {

// One value each time it is given, and it may be given again.
bool may_be_repeated(const CLI::Option& option);
// What --help and the manual say of an option.
std::string description_of(const CLI::Option& option);
// What stands for its value: "FILE", "console|json"; "N" of a number, whose range is described.
std::string value_word_of(const CLI::Option& option);
// Takes the command line of an implementation behind `--`.
bool takes_command(const CLI::App& command);

std::vector<const CLI::App*> commands_of(const CLI::App& app);
// Every command below `app` by its full name, "baseline" before "baseline write".
void each_command(const CLI::App& app,
                  const std::function<void(const std::string&, const CLI::App&)>& told);

class HelpWriter : public CLI::Formatter {
 public:
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option_name(const CLI::Option* option, bool positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_option_usage(const CLI::Option* option) const override;
};

}  // namespace tailrace
