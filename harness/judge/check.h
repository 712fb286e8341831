// SPDX-License-Identifier: Apache-2.0
// Check: a question put to what was recorded. Pure functions of the Evidence: no socket, no clock,
// no file; any thread. A check states its premise: where the implementation made another legal
// choice it is not applicable, where we failed to see it is inconclusive, and nothing is held
// because nothing happened.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/flow/flow_report.h"
#include "harness/judge/catalogue.h"
#include "harness/judge/requirement.h"
#include "harness/record/run_record.h"
#include "harness/record/timeline.h"

namespace tailrace {

// The packets of one connection of the Timeline.
struct ConnectionPackets {
  ConnectionId connection;
  const ConnectionFlow* flow = nullptr;
};

struct Evidence {
  const Timeline& timeline;
  const Catalogue& catalogue;
  std::string_view revision;
  std::vector<ConnectionPackets> packets;
  std::string why_no_packets;     // "" when the run was captured.
  bool packets_required = false;  // --require-packets
  bool capture_lost_packets = false;
};

enum class Outcome { kHeld, kBroken, kNotApplicable, kInconclusive };

struct Judgement {
  Outcome outcome = Outcome::kHeld;
  std::string reason;             // Of kNotApplicable and kInconclusive.
  std::vector<Finding> findings;  // Of kBroken at least one; notes may stand beside any outcome.
  std::vector<Measurement> measurements;
};

struct Check {
  std::string name;  // snake_case
  std::function<Judgement(const Evidence&)> judge;
};

Judgement held();
Judgement not_applicable(std::string why);
Judgement inconclusive(std::string why);
Judgement broken(Finding finding);
Judgement broken(std::vector<Finding> findings);

// A finding under the rule's row that is in force in this revision, at that row's level; a rule
// without a row there gives a note. `harm` (a name such as "harm.open_streams") raises it to harm.
Finding finding_of(const Evidence& evidence, std::string_view check, Rule rule,
                   std::string harm = "");

}  // namespace tailrace
