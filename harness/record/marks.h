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

}  // namespace tailrace
