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

// A scenario that failed before may break another rule now, under the same verdict.
bool breaks_more(const ScenarioResult& before, const ScenarioResult& after) {
  return std::ranges::any_of(after.findings, [&](const Finding& now) {
    return now.fails() && std::ranges::none_of(before.findings, [&](const Finding& then) {
             return then.fails() && then.required == now.required;
           });
  });
}

std::string why_not_asked(const RunRecord& record, const std::string& id) {
  for (const std::string& entry : record.not_asked) {
    if (entry.starts_with(id + ": ")) return entry.substr(id.size() + 2);
  }
  return "";
}

std::map<std::string, std::size_t> count_by_revision(const RunRecord& record) {
  std::map<std::string, std::size_t> counts;
  for (const auto& [key, result] : worst_of(record)) ++counts[result->revision];
  return counts;
}

void add_one_sided_revisions(const RunRecord& one, const RunRecord& other, std::string_view which,
                             std::vector<std::string>& lines) {
  const auto counts = count_by_revision(other);
  for (const auto& [revision, count] : count_by_revision(one)) {
    if (counts.contains(revision) || revision.empty()) continue;  // A capture tells of none.
    lines.push_back(fmt::format("revision {} was asked in the {} run only: {}",
                                excerpt(revision, kWord), which,
                                counted(count, "scenario", "scenarios")));
  }
}

}  // namespace

std::string_view name_of(Change change) {
  static constexpr std::string_view kNames[] = {"broke",  "worse", "unclear",
                                                "mended", "added", "removed"};
  return kNames[static_cast<std::size_t>(change)];
}

bool ChangedScenario::is_broken() const {
  return change == Change::kBroke || change == Change::kWorse ||
         (change == Change::kAdded && after->verdict == Verdict::kFail);
}

bool RunDiff::broke() const {
  return std::ranges::any_of(changed, &ChangedScenario::is_broken);
}

bool RunDiff::compared() const {
  return same > 0 || std::ranges::any_of(changed, [](const ChangedScenario& one) {
           return one.before != nullptr && one.after != nullptr;
         });
}

std::vector<std::string> caveats_of(const RunDiff& diff) {
  std::vector<std::string> lines;
  if (!diff.compared()) {
    lines.emplace_back("no scenario was asked in both runs at one revision: nothing is compared");
  }
  add_one_sided_revisions(*diff.before, *diff.after, "earlier", lines);
  add_one_sided_revisions(*diff.after, *diff.before, "later", lines);
  for (const auto& [record, which] : {std::pair{diff.before, "earlier"}, {diff.after, "later"}}) {
    if (record->shards.size() == 1 && record->missing_shards.empty()) {
      lines.push_back(fmt::format("the {} run is shard {} alone", which,
                                  excerpt(record->shards.front(), kWord)));
    }
    for (const std::string& banner : banners(*record)) {
      lines.push_back(fmt::format("the {} run: {}", which, banner));
    }
  }
  return lines;
}

RunDiff diff_of(const RunRecord& before, const RunRecord& after) {
  RunDiff diff{&before, &after, {}, 0};
  const auto first = worst_of(before), second = worst_of(after);
  for (const auto& [key, now] : second) {
    const auto then = first.find(key);
    if (then == first.end()) {
      diff.changed.push_back({Change::kAdded, nullptr, now, ""});
    } else if (then->second->verdict == Verdict::kFail && now->verdict == Verdict::kFail &&
               breaks_more(*then->second, *now)) {
      diff.changed.push_back({Change::kWorse, then->second, now, ""});
    } else if (then->second->verdict == now->verdict) {
      ++diff.same;
    } else if (then->second->verdict == Verdict::kFail && now->verdict == Verdict::kWarn) {
      diff.changed.push_back({Change::kMended, then->second, now, ""});
    } else {
      diff.changed.push_back(
          {change_of(then->second->verdict, now->verdict), then->second, now, ""});
    }
  }
  for (const auto& [key, then] : first) {
    if (second.contains(key)) continue;
    diff.changed.push_back({Change::kRemoved, then, nullptr, why_not_asked(after, then->id)});
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
  if (!changed.not_asked.empty()) text.why = excerpt("not asked: " + changed.not_asked, kWhy);
  if (changed.is_broken()) text.run_again = excerpt(shown.command, 2 * kWhy);
  return text;
}

}  // namespace tailrace
