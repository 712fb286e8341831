// SPDX-License-Identifier: Apache-2.0
// Names of marks that reports read. Constants, any thread.
#pragma once

#include <string_view>

namespace tailrace {

// What a client was told by its environment, as a JSON object: for who starts it again.
inline constexpr std::string_view kMarkEnvironment = "environment";

// From here on nothing is read of the connection whose request was the last; it is read again.
inline constexpr std::string_view kMarkUnread = "reading_paused";
inline constexpr std::string_view kMarkReadAgain = "reading_resumed";

// TERM was sent to the server; the end of the process is a fact of its own. A server that does not
// handle TERM dies of it, which is a stop as well, but no graceful one.
inline constexpr std::string_view kMarkStop = "told_to_stop";

// A tool that the manifest names for its Result was called: an Error says that the name is wrong.
inline constexpr std::string_view kMarkNamedTool = "named_tool";

// The script wanted a sample of processes that cannot be seen.
inline constexpr std::string_view kNotSampled = "not_sampled";

// What a script waited for where a client did not end by itself.
inline constexpr std::string_view kEndOfClient = "the client to end";

}  // namespace tailrace
