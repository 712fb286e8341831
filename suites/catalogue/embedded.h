// SPDX-License-Identifier: Apache-2.0
// The texts of catalogue.json and harms.txt, which CMake puts into the program. Constant, any
// thread.
#pragma once

#include <string_view>

namespace tailrace {

std::string_view catalogue_json();
// Lines, "harm.stalls delayed_ack.client_requests_without_stall": which scenarios tell a harm of a
// reference peer with a fault. The self-test holds it exact.
std::string_view told_harms();

}  // namespace tailrace
