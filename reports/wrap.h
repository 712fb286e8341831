// SPDX-License-Identifier: Apache-2.0
// Prose in columns. A pure function, any thread.
#pragma once

#include <string>
#include <string_view>

namespace tailrace {

// `text` broken at spaces so that, after `indent` columns, no line passes `width` columns; a word
// longer than that stays whole. Further lines are indented; width 0 breaks nothing. A character
// counts as one column.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width);

}  // namespace tailrace
