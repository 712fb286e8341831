// SPDX-License-Identifier: Apache-2.0
// The manual page, made of what --help is made of, so that the two never part. Used while the
// command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace tailrace {

// Subcommands `man` and `completion SHELL`, which print and end the parse as --help does.
void add_manual(CLI::App& app);

std::string manual_page(const CLI::App& app);  // In the language of man(7).

}  // namespace tailrace
