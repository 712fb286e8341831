// SPDX-License-Identifier: Apache-2.0
#include "harness/run/baseline.h"

#include <algorithm>
#include <fstream>
#include <map>

#include "harness/base/file.h"
#include "harness/run/glob.h"

namespace tailrace {
namespace {

constexpr std::string_view kBaselineSchema = "tailrace.baseline/1";

bool concerns(const ExpectedFailure& entry, const ScenarioResult& result) {
  return glob_matches(entry.id, result.id) && glob_matches(entry.revision, result.revision) &&
         (entry.mode.empty() || entry.mode == result.mode);
}

bool of_this_version(const ExpectedFailure& entry, const RunRecord& record) {
  return entry.version.empty() || glob_matches(entry.version, record.version);
}

bool failed(const ScenarioResult& result) {
  return result.verdict == Verdict::kFail || result.verdict == Verdict::kWarn;
}

Result<std::vector<ExpectedFailure>> entries_of(const Json& json, const std::string& path) {
  std::vector<ExpectedFailure> entries;
  for (const Json& row : json.items()) {
    ExpectedFailure entry{row["id"].as_string(),     row["revision"].as_string(),
                          row["mode"].as_string(),   row["version"].as_string(),
                          row["reason"].as_string(), row["link"].as_string()};
    const std::string where =
        "baseline " + path + ": entry " + std::to_string(entries.size() + 1);
    if (entry.id.empty()) return trouble(where + " has no 'id'");
    if (entry.revision.empty()) return trouble(where + " (" + entry.id + ") has no 'revision'");
    if (entry.reason.empty()) return trouble(where + " (" + entry.id + ") has no 'reason'");
    entries.push_back(std::move(entry));
  }
  return entries;
}

Json to_json(const std::vector<ExpectedFailure>& entries) {
  Json list{Json::Array{}};
  for (const ExpectedFailure& entry : entries) {
    Json row;
    row.set("id", entry.id).set("revision", entry.revision);
    if (!entry.mode.empty()) row.set("mode", entry.mode);
    if (!entry.version.empty()) row.set("version", entry.version);
    row.set("reason", entry.reason);
    if (!entry.link.empty()) row.set("link", entry.link);
    list.push(std::move(row));
  }
  return list;
}

std::string with_link(const ExpectedFailure& entry) {
  return entry.reason + (entry.link.empty() ? "" : " " + entry.link);
}

}  // namespace

Result<Baseline> load_baseline(const std::string& path) {
  const auto text = read_whole(path);
  if (!text) return trouble("cannot read baseline '" + path + "'");
  const auto json = parse_json(*text, {.comments = true});
  if (!json) return trouble("baseline " + path + ": " + json.error().what);
  if ((*json)["schema"].as_string() != kBaselineSchema) {
    return trouble("baseline " + path + ": 'schema' is not \"" + std::string(kBaselineSchema) +
                   "\"");
  }
  auto expected = entries_of((*json)["expected"], path);
  if (!expected) return std::unexpected(expected.error());
  auto unstable = entries_of((*json)["unstable"], path);
  if (!unstable) return std::unexpected(unstable.error());
  return Baseline{std::move(*expected), std::move(*unstable)};
}

void apply_baseline(const Baseline& baseline, RunRecord& record) {
  record.stale.clear();
  for (ScenarioResult& result : record.scenarios) {
    result.baseline.clear();
    result.baseline_reason.clear();
    for (const ExpectedFailure& entry : baseline.unstable) {
      if (!of_this_version(entry, record) || !concerns(entry, result)) continue;
      result.baseline = "unstable";
      result.baseline_reason = with_link(entry);
    }
  }
  for (const ExpectedFailure& entry : baseline.expected) {
    if (!of_this_version(entry, record)) continue;
    bool ran = false, still_fails = false;
    for (ScenarioResult& result : record.scenarios) {
      if (!concerns(entry, result) || result.baseline == "unstable") continue;
      ran |= result.verdict == Verdict::kPass || failed(result);
      if (!failed(result)) continue;
      still_fails = true;
      result.baseline = "expected";
      result.baseline_reason = with_link(entry);
    }
    if (ran && !still_fails) record.stale.push_back({entry.id, entry.revision, entry.reason});
  }
}

Baseline baseline_of(const RunRecord& record, const std::string& reason) {
  struct Seen {
    const ScenarioResult* failure = nullptr;
    bool passed = false;
  };
  std::map<std::tuple<std::string, std::string, std::string>, Seen> all;
  for (const ScenarioResult& result : record.scenarios) {
    Seen& seen = all[{result.id, result.revision, result.mode}];
    if (failed(result) && seen.failure == nullptr) seen.failure = &result;
    seen.passed |= result.verdict == Verdict::kPass;
  }
  Baseline baseline;
  for (const auto& [key, seen] : all) {
    if (seen.failure == nullptr) continue;
    const ScenarioResult& result = *seen.failure;
    ExpectedFailure entry{result.id, result.revision, result.mode, record.version, reason, ""};
    if (entry.mode == "default") entry.mode.clear();
    if (!result.baseline_reason.empty()) entry.reason = result.baseline_reason;
    const bool unstable = seen.passed || result.baseline == "unstable";
    (unstable ? baseline.unstable : baseline.expected).push_back(std::move(entry));
  }
  return baseline;
}

Json to_json(const Baseline& baseline) {
  Json json;
  json.set("schema", std::string(kBaselineSchema));
  json.set("expected", to_json(baseline.expected));
  json.set("unstable", to_json(baseline.unstable));
  return json;
}

std::vector<std::string> complaints_about(const Baseline& baseline,
                                          const std::vector<std::string>& known) {
  std::vector<std::string> complaints;
  for (const auto* list : {&baseline.expected, &baseline.unstable}) {
    for (const ExpectedFailure& entry : *list) {
      const bool named = std::any_of(known.begin(), known.end(), [&](const std::string& id) {
        return glob_matches(entry.id, id);
      });
      if (named) continue;
      const std::string near = nearest_word(entry.id, known);
      complaints.push_back("'" + entry.id + "' names no scenario" +
                           (near.empty() ? "" : "; did you mean " + near + "?"));
    }
  }
  return complaints;
}

}  // namespace tailrace
