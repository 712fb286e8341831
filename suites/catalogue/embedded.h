// SPDX-License-Identifier: Apache-2.0
// The text of catalogue.json, put into the program by CMake. Immutable, any thread.
#pragma once

#include <string_view>

namespace tailrace {

std::string_view catalogue_json();

}  // namespace tailrace
