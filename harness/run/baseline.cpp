// SPDX-License-Identifier: Apache-2.0
#include "harness/run/baseline.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>

#include "harness/base/file.h"
#include "harness/run/glob.h"
#include "harness/run/plan.h"
#include "harness/sut/member_line.h"

namespace tailrace {
namespace {

constexpr std::string_view kBaselineSchema = "tailrace.baseline/1";
constexpr std::array<std::string_view, 3> kLists = {"schema", "expected", "unstable"};
constexpr std::string_view kAsked = "auto";  // Of clients that never said theirs.
// The last two are words for who reads the file.
constexpr std::array<std::string_view, 9> kMembers = {
    "id", "revision", "mode", "version", "checks", "reason", "link", "requirement", "seen"};

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

// The checks whose findings make it fail or warn; notes do neither.
std::set<std::string> checks_of(const ScenarioResult& result) {
  std::set<std::string> checks;
  for (const Finding& finding : result.findings) {
    if (finding.level != Level::kNote) checks.insert(finding.check);
  }
  return checks;
}

// Something that the entry names was found, and nothing that it does not.
struct Met {
  bool some = false, all = false;
};
Met meets(const ExpectedFailure& entry, const ScenarioResult& result) {
  if (entry.checks.empty()) return {true, true};
  const auto found = checks_of(result);
  const auto named = std::ranges::count_if(
      found, [&](const std::string& check) { return entry.checks.contains(check); });
  return {named > 0, static_cast<std::size_t>(named) == found.size()};
}

// Reads the lists and keeps the first complaint, with the line that it is about.
class BaselineReader {
 public:
  BaselineReader(const std::string& path, std::string_view text) : path_(path), text_(text) {}
  std::string wrong;

  void allow(const Json& json, const std::string& where, std::span<const std::string_view> known) {
    for (const auto& [member, value] : json.members()) {
      if (std::ranges::count(known, member) != 0) continue;
      std::string list;
      for (const auto& word : known) list += (list.empty() ? "" : ", ") + std::string(word);
      complain(where + member, "'" + member + "' is not known here; known are " + list);
    }
  }

  std::vector<ExpectedFailure> entries(const Json& json, const std::string& list) {
    std::vector<ExpectedFailure> entries;
    if (json.find(list) != nullptr && !json[list].is_array()) {
      complain(list, "'" + list + "' is not a list");
    }
    for (const Json& row : json[list].items()) {
      const std::string where = list + "[" + std::to_string(entries.size()) + "].";
      allow(row, where, kMembers);
      ExpectedFailure entry{row["id"].as_string(),     row["revision"].as_string(),
                            row["mode"].as_string(),   row["version"].as_string(),
                            row["reason"].as_string(), row["link"].as_string(), {}};
      // A line is known of what is there.
      const std::string first =
          row.members().empty() ? "" : where + row.members().front().first;
      const std::string which = entry.id.empty() ? "an entry of '" + list + "'" : entry.id;
      for (const char* needed : {"id", "revision", "reason"}) {
        const Json* const value = row.find(needed);
        const std::string member = std::string("'") + needed + "'";
        if (value == nullptr) {
          complain(first, which + " has no " + member);
        } else if (value->as_string().empty()) {
          complain(where + needed, which + ": " + member + " is no text, or an empty one");
        }
      }
      for (const Json& check : row["checks"].items()) entry.checks.insert(check.as_string());
      const bool named = row.find("checks") == nullptr ||
                         (!entry.checks.empty() && !entry.checks.contains(""));
      if (!named) complain(where + "checks", which + ": 'checks' is no list of names");
      entries.push_back(std::move(entry));
    }
    return entries;
  }

 private:
  void complain(const std::string& member, const std::string& what) {
    if (!wrong.empty()) return;
    const auto line = member.empty() ? 0 : line_of_member(text_, member);
    wrong = "baseline " + path_ + (line == 0 ? "" : ", line " + std::to_string(line)) + ": " + what;
  }

  const std::string& path_;
  std::string_view text_;
};

Json to_json(const std::vector<ExpectedFailure>& entries) {
  Json list{Json::Array{}};
  for (const ExpectedFailure& entry : entries) {
    Json row;
    row.set("id", entry.id).set("revision", entry.revision);
    if (!entry.mode.empty()) row.set("mode", entry.mode);
    if (!entry.version.empty()) row.set("version", entry.version);
    Json::Array checks(entry.checks.begin(), entry.checks.end());
    if (!checks.empty()) row.set("checks", Json(std::move(checks)));
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
  if (!text) return system_trouble("cannot read baseline '" + path + "'", text.error().system);
  const auto json = parse_json(*text, {.comments = true, .unique = true});
  if (!json) return trouble("baseline " + path + ": " + json.error().what);
  if ((*json)["schema"].as_string() != kBaselineSchema) {
    return trouble("baseline " + path + ": 'schema' is not \"" + std::string(kBaselineSchema) +
                   "\"");
  }
  BaselineReader reader(path, *text);
  reader.allow(*json, "", kLists);
  Baseline baseline{reader.entries(*json, "expected"), reader.entries(*json, "unstable")};
  if (!reader.wrong.empty()) return trouble(reader.wrong);
  return baseline;
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
      const auto [some, all] = meets(entry, result);
      still_fails |= some;
      if (!some || !all) continue;
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
    std::set<std::string> checks;  // Of all its repeats.
  };
  std::map<std::tuple<std::string, std::string, std::string>, Seen> all;
  for (const ScenarioResult& result : record.scenarios) {
    Seen& seen = all[{result.id, result.revision, result.mode}];
    if (failed(result) && seen.failure == nullptr) seen.failure = &result;
    if (failed(result)) seen.checks.merge(checks_of(result));
    seen.passed |= result.verdict == Verdict::kPass;
  }
  Baseline baseline;
  for (const auto& [key, seen] : all) {
    if (seen.failure == nullptr) continue;
    const ScenarioResult& result = *seen.failure;
    ExpectedFailure entry{result.id, result.revision, result.mode, record.version, reason, "",
                          seen.checks};
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

std::vector<Misnamed> misnamed_in(const Baseline& baseline,
                                  const std::vector<std::string>& known) {
  std::vector<Misnamed> misnamed;
  for (const auto* list : {&baseline.expected, &baseline.unstable}) {
    for (const ExpectedFailure& entry : *list) {
      const auto names = [](std::string_view glob) {
        return [=](std::string_view name) { return glob_matches(glob, name); };
      };
      if (std::ranges::none_of(known, names(entry.id))) {
        const std::string near = nearest_word(entry.id, known);
        misnamed.push_back({&entry, "'" + entry.id + "' names no scenario" +
                                        (near.empty() ? "" : "; did you mean " + near + "?")});
      }
      const bool is_revision =
          std::ranges::any_of(kRevisions, names(entry.revision)) || entry.revision == kAsked;
      if (is_revision) continue;
      misnamed.push_back({&entry, "'" + entry.revision + "' of '" + entry.id +
                                      "' is no revision"});
    }
  }
  return misnamed;
}

}  // namespace tailrace
