// SPDX-License-Identifier: Apache-2.0
// last_words(): what a process printed of its own death, out of all that it printed. Pure.
#pragma once

#include <string>
#include <string_view>

namespace tailrace {

// The last line that speaks of a failure as runtimes do (panic, exception, abort, sanitizers), and
// what stands beside it, or else the last lines; in one line, at most kLastWordsShown bytes. ""
// where nothing was printed. As printed: whoever shows it escapes it.
std::string last_words(std::string_view output);

inline constexpr std::size_t kLastWordsShown = 300;  // Bytes: the message, without its stack.

}  // namespace tailrace
