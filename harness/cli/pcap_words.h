// SPDX-License-Identifier: Apache-2.0
// The words of `tailrace pcap`. Used while the command line is read.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>

#include "harness/cli/command_line.h"

namespace tailrace {

extern const std::map<std::string, Format> kPcapFormats;

void add_pcap(CLI::App& app, CommandLine& line);

}  // namespace tailrace
