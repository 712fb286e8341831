// SPDX-License-Identifier: Apache-2.0
// The parts of reproduce.h: a program for each role, what it compares, and how its steps are
// written. Pure, any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/record/fact.h"

namespace tailrace {

// What a program is to show, beside what was said.
struct Shown {
  bool times = false;   // What is late must be late again.
  bool stalls = false;  // Waits for ACKs.
  bool early = false;   // The last request came too early.
  bool calls = false;   // What the client told of its calls.
  bool open = false;    // Which connections it had not ended when it left.
};

// Without header. Error: why no program can show it.
Result<std::string> program_against_server(const std::vector<Fact>& facts, const Shown& shown);
Result<std::string> program_against_client(const std::vector<Fact>& facts, const Shown& shown);

// What a program compares of what came: the lines that tell something. TOLD of the programs says
// the same in Python, MASK what `masked` does. kEvents: with the ids of events.
enum class Said : std::uint8_t { kAnswers, kEvents, kRequests };
inline constexpr std::string_view kEndSaid = "\n(end)", kResetSaid = "\n(reset)";
std::vector<std::string> said_of(Said which, std::string_view text);
std::string shortened(const std::string& line);
// Random and clock values, which no two runs share, as a star.
std::string masked(std::string_view text);

// One entry of the program's list.
struct ScriptStep {
  std::uint32_t connection = 0;
  std::string sent;    // Bytes
  std::string wanted;  // What must come, or have come.
  double took = 0;     // Seconds until it came.
  double pause = 0;    // Seconds, after it or before what is sent.
};

// An entry of Python's with these bytes, all of them already of Python.
using WriteEntry = std::function<std::string(const ScriptStep& step, const std::string& connection,
                                             const std::string& sent, const std::string& wanted)>;

// The list, with names for heads that are sent more than once, and steps that repeat with numbers
// that count on as a loop; `columns` says what stands in an entry. Error: too long to be read by
// anybody.
Result<std::string> script_steps(const std::vector<ScriptStep>& steps, std::string_view columns,
                                 const WriteEntry& entry);

// The lines of a program without those that end with #x for an `x` that is not of `features`, or
// with #!x for one that is.
std::string program_of(std::string_view program, std::string_view features);
std::string server_program(std::string_view features);  // After its list.
std::string client_program(std::string_view features);

std::string python_bytes(std::string_view bytes);  // As a literal of Python's, on one line.
std::string seconds(double value);                 // In milliseconds' precision, as short as it is.
std::string lowered(std::string text);             // ASCII letters alone.
bool is_stall(double seconds);                     // So long may a delayed ACK be awaited.

}  // namespace tailrace
