// SPDX-License-Identifier: Apache-2.0
// Globs over scenario ids, and the nearest of several words for a message. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

// `*` is any run of characters, dots included; `?` is one character.
bool glob_matches(std::string_view glob, std::string_view text);

// The word with the least edit distance, "" where none is near.
std::string nearest_word(std::string_view wrong, const std::vector<std::string>& words);

}  // namespace tailrace
