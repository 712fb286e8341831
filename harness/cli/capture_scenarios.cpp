// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/capture_scenarios.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/wire/escape.h"
#include "reports/finding_text.h"
#include "reports/wrap.h"

namespace tailrace {
namespace {

constexpr std::size_t kWord = 120;      // Bytes of an id, a mode.
constexpr std::size_t kReason = 400;    // Bytes
constexpr std::size_t kIndent = 6;      // Of the parts, and what is unseen.
constexpr std::size_t kPart = 20;       // Where the text of a part stands.
constexpr std::size_t kLadder = 8;      // Of a ladder.
constexpr std::size_t kMostSteps = 12;  // Lines of a ladder; the record has all.

std::string unseen_text(const ScenarioResult& result, std::size_t width) {
  return fmt::format("  {}  {}\n{:{}}{}\n", name_of(result.verdict), excerpt(result.id, kWord), "",
                     kIndent, wrapped(excerpt(result.reason, kReason), kIndent, width));
}

// Those around the one that broke the rule, or the first.
std::string ladder_text(const std::vector<std::string>& ladder) {
  const std::size_t at = broken_step(ladder);
  const bool cut = ladder.size() > kMostSteps;
  const std::size_t first =
      cut && at < ladder.size() ? std::min(at - std::min(at, kMostSteps / 2),
                                           ladder.size() - kMostSteps) : 0;
  std::string text;
  for (std::size_t i = first; i < std::min(first + kMostSteps, ladder.size()); ++i) {
    text += fmt::format("{:{}}{}\n", "", kLadder, ladder[i]);
  }
  if (cut) text += fmt::format("{:{}}({} more lines)\n", "", kLadder, ladder.size() - kMostSteps);
  return text;
}

// What is asked of every run is broken in each scenario alike.
bool tells_the_same(const ScenarioResult& one, const ScenarioResult& other) {
  const Finding &mine = one.findings.front(), &theirs = other.findings.front();
  return one.mode == other.mode && one.role == other.role && mine.required == theirs.required &&
         mine.observed == theirs.observed;
}

std::string finding_text(const ScenarioResult& result, const Finding& finding, std::size_t width) {
  const FindingText parts = text_of(finding, result);
  std::string text = fmt::format("  {}  {}\n{:{}}{} {}, {}\n", name_of(result.verdict),
                                 excerpt(result.id, kWord), "", kIndent,
                                 excerpt(result.role, kWord), excerpt(result.mode, kWord),
                                 excerpt(result.revision, kWord));
  const auto part = [&](std::string_view name, const std::string& what) {
    if (what.empty()) return;
    text += fmt::format("{:{}}{:<13} {}\n", "", kIndent, name, wrapped(what, kPart, width));
  };
  part("Required", parts.required);
  part("Observed", parts.observed);
  text += ladder_text(parts.ladder);
  part("Likely cause", parts.likely_cause);
  part("Cure", parts.cure);
  return text;
}

}  // namespace

Json scenarios_json(const std::vector<ScenarioResult>& results) {
  RunRecord record;
  record.scenarios = results;
  return to_json(record)["scenarios"];
}

std::string scenarios_text(const std::vector<ScenarioResult>& results, std::size_t width) {
  if (results.empty()) return "";
  std::map<std::string_view, std::size_t> counts;
  std::string findings;
  std::vector<const ScenarioResult*> told;
  for (const ScenarioResult& result : results) {
    ++counts[name_of(result.verdict)];
    if (result.verdict == Verdict::kInconclusive) findings += unseen_text(result, width);
    const bool shown = result.verdict == Verdict::kFail || result.verdict == Verdict::kWarn;
    if (!shown || result.findings.empty()) continue;
    const auto same = std::ranges::find_if(
        told, [&](const ScenarioResult* other) { return tells_the_same(*other, result); });
    if (same != told.end()) {
      findings += fmt::format("  {}  {}\n{:{}}the same of {}, as {} says\n",
                              name_of(result.verdict), excerpt(result.id, kWord), "", kIndent,
                              excerpt(result.mode, kWord), excerpt((*same)->id, kWord));
      continue;
    }
    told.push_back(&result);
    findings += finding_text(result, result.findings.front(), width);
  }
  std::string text;
  for (const auto& [verdict, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "\nConformance: " : ", ", count, verdict);
  }
  return text + "\n" + findings;
}

bool any_failed(const std::vector<ScenarioResult>& results) {
  return std::any_of(results.begin(), results.end(),
                     [](const ScenarioResult& r) { return r.verdict == Verdict::kFail; });
}

}  // namespace tailrace
