// SPDX-License-Identifier: Apache-2.0
// What the files of a project say of its name and of how it is started, for `tailrace init`. They
// are read for these two things alone, not as their tools would: what is written otherwise is not
// guessed. Any thread.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "harness/base/ids.h"

namespace tailrace {

struct ProjectGuess {
  std::string name;                  // The folder's where no file says another.
  std::vector<std::string> command;  // Empty: nothing here says how it is started.
  std::vector<std::pair<std::string, std::string>> environment;
  std::string source;                // The file that the command is from.
};

ProjectGuess guess_project(const std::filesystem::path& folder, Side side);

// The value of a text member of a TOML table ("" for the top), "" where there is none.
std::string toml_text(const std::string& toml, const std::string& table, const std::string& key);

// The text of the element at this path of names ("project/artifactId"), without the white space
// around it; the first of several, "" where there is none.
std::string xml_text(const std::string& xml, const std::string& path);

}  // namespace tailrace
