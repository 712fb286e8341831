// SPDX-License-Identifier: Apache-2.0
// The parts of reproduce.h: a program for each role. Pure, any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/fact.h"

namespace tailrace {

std::string program_against_server(const std::vector<Fact>& facts);
std::string program_against_client(const std::vector<Fact>& facts);

std::string python_bytes(std::string_view bytes);  // As a literal of Python's, on one line.
std::string lowered(std::string text);             // ASCII letters alone.

}  // namespace tailrace
