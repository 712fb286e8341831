// SPDX-License-Identifier: Apache-2.0
// Figures of a scenario as SVG: who said what and when, where a call's time went, how connections
// were used, what grew. Pure functions, any thread. Each figure has its text alternative, and is
// "" where there is nothing to draw.
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"
#include "harness/record/timeline.h"

namespace tailrace {

// Data that one side held back until the other acknowledged what went before, from the packets.
struct HeldData {
  ConnectionId connection;
  MonoTime from, until;
};

struct ScenarioStory {
  Timeline timeline;
  std::vector<HeldData> held;
};

// Two life lines and a line for each step; the step that broke the rule is marked.
std::string sequence_figure(const std::vector<EvidenceLine>& steps);
// A bar for each call, stacked by what it waited for.
std::string calls_figure(const ScenarioStory& story);
// A row for each connection, a block for each request on it.
std::string reuse_figure(const Timeline& timeline);
// Descriptors, sockets and memory over the samples that were taken.
std::string growth_figure(const Timeline& timeline);

}  // namespace tailrace
