// SPDX-License-Identifier: Apache-2.0
// The steps of a scenario, in time, for its sequence diagram. Pure functions, any thread.
#pragma once

#include <vector>

#include "harness/record/run_record.h"
#include "harness/record/timeline.h"

namespace tailrace {

// Requests, heads, events, ends of bodies, opening and closing of connections, what the script
// noted. Steps that the findings mark are marked.
std::vector<EvidenceLine> steps_of(const Timeline& timeline, const std::vector<Finding>& findings);

// About `limit` steps: the beginning, and what surrounds the marked one or else the longest pause.
// What was left out is counted where it stood.
std::vector<EvidenceLine> shortened(std::vector<EvidenceLine> steps, std::size_t limit);

}  // namespace tailrace
