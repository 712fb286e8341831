// SPDX-License-Identifier: Apache-2.0
// What changed between two runs, such as of two versions of an implementation. Pure functions, any
// thread.
#pragma once

#include <string>
#include <vector>

#include "harness/record/run_record.h"

namespace tailrace {

// In the order they are told.
enum class Change { kBroke, kWorse, kUnclear, kMended, kAdded, kRemoved };
std::string_view name_of(Change change);  // "broke", "worse", "unclear", "mended", ...

struct ChangedScenario {
  Change change = Change::kBroke;
  const ScenarioResult* before = nullptr;  // nullptr: not in that run.
  const ScenarioResult* after = nullptr;
  const ScenarioResult& shown() const { return after != nullptr ? *after : *before; }
};

struct RunDiff {
  const RunRecord* before = nullptr;
  const RunRecord* after = nullptr;
  std::vector<ChangedScenario> changed;
  std::size_t same = 0;
  // Something that did not fail before fails now.
  bool broke() const;
};

// Of repeats the worst counts. The records must outlive it.
RunDiff diff_of(const RunRecord& before, const RunRecord& after);

struct DiffText {
  std::string change, id, variant, before, after, why, run_again;
};
// Words of one line, bounded and safe on a terminal.
DiffText text_of(const ChangedScenario& changed);

std::string console_diff(const RunDiff& diff, std::size_t width);
std::string markdown_diff(const RunDiff& diff);
std::string json_diff(const RunDiff& diff);
std::string junit_diff(const RunDiff& diff);
std::string html_diff(const RunDiff& diff);

}  // namespace tailrace
