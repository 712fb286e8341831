// SPDX-License-Identifier: Apache-2.0
// What the Timeline says of an event that the end of its body cut off. Values.
#pragma once

#include <string_view>

namespace tailrace {

// How `malformed` ends where all of a message had come: it is not cut, it was never ended.
inline constexpr std::string_view kNeverDispatched = "a whole message without the empty line "
                                                     "that ends an event";

}  // namespace tailrace
