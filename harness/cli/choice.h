// SPDX-License-Identifier: Apache-2.0
// Options that take one of a few words, for CLI11. The words must outlive the option. Used while
// the command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

namespace tailrace {

template <class Choice>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Choice& into,
                        const std::map<std::string, Choice>& choices, const std::string& help) {
  std::string words;
  for (const auto& entry : choices) words += (words.empty() ? "" : "|") + entry.first;
  return app
      .add_option_function<std::string>(
          name, [&into, &choices](const std::string& word) { into = choices.at(word); }, help)
      ->type_name(words)
      ->check([&choices, words](const std::string& word) {
        return choices.contains(word) ? "" : "'" + word + "' is none of " + words;
      });
}

}  // namespace tailrace
