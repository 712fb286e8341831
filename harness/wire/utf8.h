// SPDX-License-Identifier: Apache-2.0
// UTF-8 (RFC 3629) at the level of bytes. Pure functions: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tailrace {

// What stands at `at`, which is inside `bytes`. A valid sequence has 1 to 4 bytes. Of an invalid
// one, `length` is its longest part that could have begun a valid one, at least 1: that is what
// one U+FFFD stands for (WHATWG Encoding, 8.1.1).
struct Utf8Step {
  bool valid = false;
  std::size_t length = 1;
  bool operator==(const Utf8Step&) const = default;
};
Utf8Step utf8_step(std::string_view bytes, std::size_t at);

bool is_ascii(std::string_view bytes);  // Eight at a time: most of what is read is.
bool is_valid_utf8(std::string_view bytes);
std::string repaired_utf8(std::string_view bytes);  // Each invalid part becomes U+FFFD.

}  // namespace tailrace
