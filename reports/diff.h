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
  std::string not_asked;  // Of kRemoved: why the later run left it out, where it says so.
  const ScenarioResult& shown() const { return after != nullptr ? *after : *before; }
  // It fails or warns and did not, or fails and is new, or breaks more than it did.
  bool is_broken() const;
};

struct RunDiff {
  const RunRecord* before = nullptr;
  const RunRecord* after = nullptr;
  std::vector<ChangedScenario> changed;
  std::size_t same = 0;
  bool broke() const;       // Something is_broken().
  bool compared() const;    // Something was asked in both runs.
};

// Of repeats the worst counts. The records must outlive it.
RunDiff diff_of(const RunRecord& before, const RunRecord& after);

// What keeps two runs from being compared whole: nothing in common, revisions that one of them was
// not asked, shards, packets. One line each, safe on a terminal.
std::vector<std::string> caveats_of(const RunDiff& diff);

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
