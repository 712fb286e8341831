// SPDX-License-Identifier: Apache-2.0
// The ways in which a text may stand inside another: as itself, escaped by JSON any number of
// times, percent-encoded, as markup, as the history's Latin-1 text, in base64. Pure functions: any
// thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

// A letter or digit is spelled as itself by every writer; so is a text of these and of `-._~`.
bool has_other_spellings(std::string_view secret);

struct Spelled {
  std::size_t length = 0;  // Bytes of the text; 0 where it does not stand there.
  bool whole = false;      // Otherwise the text ended within it, after `matched` bytes.
  std::size_t matched = 0;
};
// What of `secret` stands at `at` of `text`. Every character may be spelled in another way.
Spelled spelled_at(std::string_view text, std::size_t at, std::string_view secret);

// In any spelling, without base64; one behind another.
std::size_t places_of(std::string_view text, std::string_view secret);

// What stands in base64 text, of either alphabet, wherever the secret begins in what was encoded:
// the letters that the secret alone decides. `secret` has 6 bytes or more.
std::vector<std::string> base64_forms(std::string_view secret);

}  // namespace tailrace
