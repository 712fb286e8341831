// SPDX-License-Identifier: Apache-2.0
#include "reports/diff.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "harness/wire/escape.h"
#include "reports/counts.h"
#include "reports/finding_text.h"

namespace tailrace {
namespace {

constexpr std::size_t kWord = 120;  // Bytes of an id.
constexpr std::size_t kWhy = 400;   // Bytes of a reason.

int severity(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return 0;
    case Verdict::kNotApplicable:
      return 1;
    case Verdict::kInconclusive:
      return 2;
    case Verdict::kHarnessError:
      return 3;
    case Verdict::kWarn:
      return 4;
    case Verdict::kFail:
      return 5;
  }
  return 0;
}

bool is_broken(Verdict verdict) {
  return verdict == Verdict::kFail || verdict == Verdict::kWarn;
}

bool is_answer(Verdict verdict) {
  return verdict == Verdict::kPass || is_broken(verdict);
}

using Key = std::tuple<std::string, std::string, std::string>;

std::map<Key, const ScenarioResult*> worst_of(const RunRecord& record) {
  std::map<Key, const ScenarioResult*> worst;
  for (const ScenarioResult& result : record.scenarios) {
    const ScenarioResult*& kept = worst[{result.id, result.revision, result.mode}];
    if (kept == nullptr || severity(kept->verdict) < severity(result.verdict)) kept = &result;
  }
  return worst;
}

Change change_of(Verdict before, Verdict after) {
  if (is_broken(after)) return is_broken(before) ? Change::kWorse : Change::kBroke;
  if (!is_answer(after)) return Change::kUnclear;
  return Change::kMended;
}

}  // namespace

std::string_view name_of(Change change) {
  static constexpr std::string_view kNames[] = {"broke",  "worse", "unclear",
                                                "mended", "added", "removed"};
  return kNames[static_cast<std::size_t>(change)];
}

bool RunDiff::broke() const {
  return std::any_of(changed.begin(), changed.end(), [](const ChangedScenario& one) {
    return one.change == Change::kBroke || one.change == Change::kWorse ||
           (one.change == Change::kAdded && one.after->verdict == Verdict::kFail);
  });
}

RunDiff diff_of(const RunRecord& before, const RunRecord& after) {
  RunDiff diff{&before, &after, {}, 0};
  const auto first = worst_of(before), second = worst_of(after);
  for (const auto& [key, now] : second) {
    const auto then = first.find(key);
    if (then == first.end()) {
      diff.changed.push_back({Change::kAdded, nullptr, now});
    } else if (then->second->verdict == now->verdict) {
      ++diff.same;
    } else if (then->second->verdict == Verdict::kFail && now->verdict == Verdict::kWarn) {
      diff.changed.push_back({Change::kMended, then->second, now});
    } else {
      diff.changed.push_back(
          {change_of(then->second->verdict, now->verdict), then->second, now});
    }
  }
  for (const auto& [key, then] : first) {
    if (!second.contains(key)) diff.changed.push_back({Change::kRemoved, then, nullptr});
  }
  std::stable_sort(diff.changed.begin(), diff.changed.end(),
                   [](const auto& a, const auto& b) { return a.change < b.change; });
  return diff;
}

DiffText text_of(const ChangedScenario& changed) {
  const ScenarioResult& shown = changed.shown();
  const auto verdict = [](const ScenarioResult* result) {
    return result == nullptr ? std::string("-") : std::string(name_of(result->verdict));
  };
  DiffText text{std::string(name_of(changed.change)),
                excerpt(shown.id, kWord),
                variant_of(shown),
                verdict(changed.before),
                verdict(changed.after),
                excerpt(shown.reason, kWhy),
                ""};
  const auto findings = shown_findings(shown, false);
  if (!findings.empty()) text.why = excerpt(findings.front()->observed, kWhy);
  if (changed.change == Change::kBroke || changed.change == Change::kWorse) {
    text.run_again = excerpt(shown.command, 2 * kWhy);
  }
  return text;
}

}  // namespace tailrace
