// SPDX-License-Identifier: Apache-2.0
// Bytes as text that may be shown and stored, for evidence. Pure functions: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "harness/base/result.h"

namespace tailrace {

// Every byte as the code point of its number, in UTF-8: ASCII stays readable, any byte survives
// a JSON string, and from_latin1() gives the bytes back.
std::string as_latin1_json_text(std::string_view bytes);
// Error: no UTF-8, or a code point above U+00FF.
Result<std::string> from_latin1(std::string_view utf8);

// One line that is safe on a terminal: \n \r \t, and \xNN for each other control character, for
// characters that break or turn a line, and for bytes that are no UTF-8. The backslash stands for
// itself too: this is to be read, not read back. Of more than `limit` bytes the rest is counted.
std::string excerpt(std::string_view bytes, std::size_t limit);

// A word as it stands between '...' and between $'...' in a shell.
std::string in_quotes(std::string_view word);
std::string in_ansi_quotes(std::string_view word);
// A word of a command that is to be copied into a shell, in one line: as $'...' (bash, zsh, ksh)
// where it holds what excerpt() would not show as it is.
std::string shell_quoted(std::string_view word);

}  // namespace tailrace
