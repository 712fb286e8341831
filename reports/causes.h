// SPDX-License-Identifier: Apache-2.0
// What broke, told once: scenarios whose findings have one cause and one cure stand together. Pure
// functions, any thread. The texts are those of the record, neither escaped nor bounded.
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace tailrace {

struct Cause {
  const Finding* finding = nullptr;             // The first of them, for its words.
  std::vector<std::string> required;            // Each once: one cause may break several rules.
  std::vector<const ScenarioResult*> scenarios;  // Each once, in the order of the record.
};

// Of every finding that a verdict rests on and no baseline lists: what fails before what warns,
// then what most scenarios met, else in the order of the record.
std::vector<Cause> causes_of(const RunRecord& record);

// What nothing can be said of, for one reason.
struct Unseen {
  std::string why;  // Of the first; others differ in ids, connections and times.
  std::vector<const ScenarioResult*> scenarios;
};

// Of every inconclusive scenario that no baseline lists: the reason met most often comes first,
// since one of them, such as an `initialize` that is not answered, often hides all others.
std::vector<Unseen> unseen_of(const RunRecord& record);

// What one change mends: cause and cure are the same, and where none is told, what is required.
bool is_of_one_cause(const Finding& one, const Finding& other);

// "the stream ends after a Result; and after an Error; and 2 more"
std::string required_text(const Cause& cause);

// "10 of 65 scenarios failed, of 5 causes", "" where none did.
std::string broken_line(const RunRecord& record);

}  // namespace tailrace
