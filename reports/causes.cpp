// SPDX-License-Identifier: Apache-2.0
#include "reports/causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "reports/counts.h"
#include "reports/finding_text.h"

namespace tailrace {
namespace {

constexpr std::size_t kMostRequired = 3;

void add(std::vector<Cause>& causes, const Finding& finding, const ScenarioResult& result) {
  auto cause = std::find_if(causes.begin(), causes.end(), [&](const Cause& known) {
    return is_of_one_cause(*known.finding, finding);
  });
  if (cause == causes.end()) cause = causes.insert(causes.end(), {&finding, {}, {}});
  if (std::ranges::count(cause->required, finding.required) == 0) {
    cause->required.push_back(finding.required);
  }
  if (cause->scenarios.empty() || cause->scenarios.back() != &result) {
    cause->scenarios.push_back(&result);
  }
}

// The first clause without its numbers: what came of it in each scenario stands behind.
std::string kind_of(const std::string& reason) {
  std::string kind;
  for (const char c : reason.substr(0, reason.find("; "))) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) kind += c;
    else if (!kind.ends_with('#')) kind += '#';
  }
  return kind;
}

}  // namespace

std::vector<Unseen> unseen_of(const RunRecord& record) {
  std::vector<Unseen> groups;
  std::map<std::string, std::size_t> places;
  for (const ScenarioResult& result : record.scenarios) {
    if (!result.baseline.empty() || result.verdict != Verdict::kInconclusive) continue;
    const auto [place, added] = places.try_emplace(kind_of(result.reason), groups.size());
    const bool untold = result.reason.empty();  // Of an old or a foreign record.
    if (added) groups.push_back({untold ? "the record does not say why" : result.reason, {}});
    groups[place->second].scenarios.push_back(&result);
  }
  for (Unseen& group : groups) {
    if (group.scenarios.size() == 1) continue;
    group.why.resize(std::min(group.why.find("; "), group.why.size()));
  }
  std::ranges::stable_sort(groups, std::ranges::greater{},
                           [](const Unseen& group) { return group.scenarios.size(); });
  return groups;
}

bool is_of_one_cause(const Finding& one, const Finding& other) {
  const bool untold = one.likely_cause.empty() || one.cure.empty();
  return one.fails() == other.fails() && one.likely_cause == other.likely_cause &&
         one.cure == other.cure && (!untold || one.required == other.required);
}

std::string required_text(const Cause& cause) {
  const std::size_t shown = std::min(cause.required.size(), kMostRequired);
  std::string text = fmt::format(
      "{}", fmt::join(cause.required.begin(),
                      cause.required.begin() + static_cast<std::ptrdiff_t>(shown), "; "));
  if (shown < cause.required.size()) {
    text += fmt::format("; and {} more", cause.required.size() - shown);
  }
  return text;
}

std::vector<Cause> causes_of(const RunRecord& record) {
  std::vector<Cause> causes;
  for (const ScenarioResult& result : record.scenarios) {
    if (!result.baseline.empty()) continue;
    for (const Finding* finding : shown_findings(result, false)) add(causes, *finding, result);
  }
  std::ranges::stable_sort(causes, std::ranges::greater{}, [](const Cause& cause) {
    return std::pair(cause.finding->fails(), cause.scenarios.size());
  });
  return causes;
}

std::string broken_line(const RunRecord& record) {
  const auto counts = count_verdicts(record);
  const auto failed = counts.find(Verdict::kFail);
  if (failed == counts.end()) return "";
  const auto causes = causes_of(record);
  const auto of_failures = static_cast<std::size_t>(
      std::count_if(causes.begin(), causes.end(),
                    [](const Cause& cause) { return cause.finding->fails(); }));
  return fmt::format("{} of {} failed, of {}", failed->second,
                     counted(record.scenarios.size(), "scenario", "scenarios"),
                     counted(of_failures, "cause", "causes"));
}

}  // namespace tailrace
