// SPDX-License-Identifier: Apache-2.0
// A finding as its six parts: required, observed, evidence, likely cause, cure, run again. Pure
// functions, any thread. Every text is one line, escaped for a terminal and bounded.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace tailrace {

struct FindingText {
  std::string required;  // With level, requirement ids and revision.
  std::string observed;
  std::string history;  // Where the whole evidence lies, relative to the run's folder.
  // "  +12.34 ms  server <--  what"; the line that broke the rule begins with '>'.
  std::vector<std::string> ladder;
  std::string likely_cause;
  std::string cure;
  std::string run_again;
};

// Where the line that broke the rule stands in a ladder; its size where none did.
std::size_t broken_step(const std::vector<std::string>& ladder);

FindingText text_of(const Finding& finding, const ScenarioResult& result);

// What a finding shows, in the order in which it happened, our own acts as ours.
std::vector<EvidenceLine> evidence_of(const Finding& finding);

// "note", "warn" or "FAIL": what the finding alone would lead to.
std::string_view word_of(Level level);

// The findings of a scenario that its verdict rests on, most severe first; notes only if `notes`.
std::vector<const Finding*> shown_findings(const ScenarioResult& result, bool notes);

}  // namespace tailrace
