// SPDX-License-Identifier: Apache-2.0
// PcapOptions: the words of `tailrace pcap`. Values, any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "harness/base/endpoint.h"

namespace tailrace {

struct PcapOptions {
  std::vector<std::string> files;  // "-": standard input.
  bool follow = false;             // The one file is still being written.
  std::string interface;           // "" or what to capture from instead of files.
  std::optional<bool> join;        // All files are one capture; not told: as their names say.
  std::string filter;              // As tcpdump takes it.
  std::string annotate;            // "" or the pcapng file to write.
  std::string out;                 // "" or the run folder to write.
  std::vector<std::string> only;   // Scenarios; empty: those that need no script.
  bool list_scenarios = false;     // That packets alone can answer, and nothing else.
  std::optional<int> threads;      // 1 or 2, for a file; not told: 2 where there are processors.
  std::string server;              // ADDR:PORT, where a capture does not tell.
};

}  // namespace tailrace
