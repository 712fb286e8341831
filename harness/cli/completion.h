// SPDX-License-Identifier: Apache-2.0
// What a shell offers behind `tailrace`, made of what --help is made of: commands, options, and the
// words, scenarios and folders that may stand behind them. Used while the command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tailrace {

std::string bash_completion(const CLI::App& app);
std::string zsh_completion(const CLI::App& app);
std::string fish_completion(const CLI::App& app);

}  // namespace tailrace
