// SPDX-License-Identifier: Apache-2.0
// The words of what starts implementations or captures packets: server, client, pair, init, and of
// pcap those that go on until Ctrl-C. A tailrace that only reads is built with reading_only.cpp in
// their place. Used while the command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <string_view>

#include "harness/cli/pair_words.h"
#include "harness/cli/run_words.h"

namespace tailrace {

struct DrivingWords {
  RunWords run;
  PairWords pair;
};

std::string_view examples();  // For --help: of the commands that this program has.
void add_driving(CLI::App& app, CommandLine& line, DrivingWords& words);
void add_live(CLI::App& pcap, CommandLine& line);
// Checks what belongs together; line.words is the implementation's command. Error: names the word.
Status finish_driving(CommandLine& line, const DrivingWords& words);

inline constexpr std::string_view kOnlyReads =
    "this tailrace only reads captures and records; one that is built on Linux starts and captures";
bool is_left_out(std::string_view command);

}  // namespace tailrace
