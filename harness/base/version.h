// SPDX-License-Identifier: Apache-2.0
// The version of Tailrace, as CMakeLists.txt says it. Any thread.
#pragma once

#include <string_view>

namespace tailrace {

std::string_view version();

}  // namespace tailrace
