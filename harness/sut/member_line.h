// SPDX-License-Identifier: Apache-2.0
// Where a member of a JSON text stands, for messages about files that people write. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace tailrace {

// The line, from 1, of the member with this path ("stop.term_ms", "expected[2].id"); 0 where there
// is none. Comments are skipped. The text has been parsed before: it is sound JSON.
std::size_t line_of_member(std::string_view text, std::string_view path);

}  // namespace tailrace
