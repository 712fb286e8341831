// SPDX-License-Identifier: Apache-2.0
#include "harness/run/baseline.h"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace tailrace {
namespace {

constexpr std::string_view kBaselineSchema = "tailrace.baseline/1";

bool concerns(const ExpectedFailure& entry, const ScenarioResult& result) {
  return entry.id == result.id && entry.revision == result.revision &&
         (entry.mode.empty() || entry.mode == result.mode);
}

bool failed(const ScenarioResult& result) {
  return result.verdict == Verdict::kFail || result.verdict == Verdict::kWarn;
}

}  // namespace

Result<Baseline> load_baseline(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return trouble("cannot read baseline '" + path + "'");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto json = parse_json(text, {.comments = true});
  if (!json) return trouble("baseline " + path + ": " + json.error().what);
  if ((*json)["schema"].as_string() != kBaselineSchema) {
    return trouble("baseline " + path + ": 'schema' is not \"" + std::string(kBaselineSchema) +
                   "\"");
  }
  Baseline baseline;
  for (const Json& row : (*json)["expected"].items()) {
    ExpectedFailure entry{row["id"].as_string(), row["revision"].as_string(),
                          row["mode"].as_string(), row["reason"].as_string(),
                          row["link"].as_string()};
    const std::string where =
        "baseline " + path + ": entry " + std::to_string(baseline.expected.size() + 1);
    if (entry.id.empty()) return trouble(where + " has no 'id'");
    if (entry.revision.empty()) return trouble(where + " (" + entry.id + ") has no 'revision'");
    if (entry.reason.empty()) return trouble(where + " (" + entry.id + ") has no 'reason'");
    baseline.expected.push_back(std::move(entry));
  }
  return baseline;
}

void apply_baseline(const Baseline& baseline, RunRecord& record) {
  for (const ExpectedFailure& entry : baseline.expected) {
    bool ran = false, still_fails = false;
    for (ScenarioResult& result : record.scenarios) {
      if (!concerns(entry, result)) continue;
      ran |= result.verdict == Verdict::kPass || failed(result);
      if (!failed(result)) continue;
      still_fails = true;
      result.baseline = "expected";
      result.baseline_reason = entry.reason + (entry.link.empty() ? "" : " " + entry.link);
    }
    if (ran && !still_fails) record.stale.push_back({entry.id, entry.revision, entry.reason});
  }
}

}  // namespace tailrace
