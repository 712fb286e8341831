// SPDX-License-Identifier: Apache-2.0
// The parts of reproduce.h: a program for each role, and how its steps are written. Pure, any
// thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/record/fact.h"

namespace tailrace {

// Without header. Error: why no program can show it.
Result<std::string> program_against_server(const std::vector<Fact>& facts);
Result<std::string> program_against_client(const std::vector<Fact>& facts);

// One entry of the program's list.
struct ScriptStep {
  std::uint32_t connection = 0;
  std::string verb;        // What steps that repeat have in common, besides the rest.
  std::string bytes;       // What is sent, or expected.
  double before = 0;       // Seconds
  double took = 0;         // Seconds
  std::uint64_t came = 0;  // Bytes
  std::string wanted;      // Must be the same when steps repeat.
};

// An entry of Python's with this connection and these bytes, both already of Python.
using WriteEntry = std::function<std::string(const ScriptStep& step, const std::string& connection,
                                             const std::string& bytes)>;

// The list, steps that repeat with numbers that count on written as a loop. Error: too long to be
// read by anybody.
Result<std::string> script_steps(const std::vector<ScriptStep>& steps, const WriteEntry& entry);

std::string python_bytes(std::string_view bytes);  // As a literal of Python's, on one line.
std::string seconds(double value);                 // In milliseconds' precision, as short as it is.
std::string lowered(std::string text);             // ASCII letters alone.

}  // namespace tailrace
