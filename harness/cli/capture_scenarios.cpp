// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/capture_scenarios.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tailrace {
namespace {

std::string unseen_text(const ScenarioResult& result) {
  return fmt::format("  {}  {}  {}\n", name_of(result.verdict), result.id, result.reason);
}

std::string finding_text(const ScenarioResult& result, const Finding& finding) {
  std::string text = fmt::format("  {}  {}  {} {}, {}\n      required {}\n      observed {}\n",
                                 name_of(result.verdict), result.id, result.role, result.mode,
                                 result.revision, finding.required, finding.observed);
  if (!finding.cure.empty()) text += "      cure     " + finding.cure + "\n";
  return text;
}

}  // namespace

Json scenarios_json(const std::vector<ScenarioResult>& results) {
  RunRecord record;
  record.scenarios = results;
  return to_json(record)["scenarios"];
}

std::string scenarios_text(const std::vector<ScenarioResult>& results) {
  if (results.empty()) return "";
  std::map<std::string_view, std::size_t> counts;
  std::string findings;
  for (const ScenarioResult& result : results) {
    ++counts[name_of(result.verdict)];
    if (result.verdict == Verdict::kInconclusive) findings += unseen_text(result);
    const bool shown = result.verdict == Verdict::kFail || result.verdict == Verdict::kWarn;
    if (!shown || result.findings.empty()) continue;
    findings += finding_text(result, result.findings.front());
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
