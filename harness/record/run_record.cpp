// SPDX-License-Identifier: Apache-2.0
#include "harness/record/run_record.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>

#include "harness/base/file.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::array<std::string_view, 6> kVerdicts = {
    "pass", "warn", "fail", "not_applicable", "inconclusive", "harness_error"};
constexpr std::array<std::string_view, 4> kLevels = {"must", "harm", "should", "note"};

// A record of 10,000 scenarios with full ladders takes some 40 MB; a larger file is none of ours.
constexpr std::uintmax_t kLargestFile = 256U << 20U;  // Bytes

template <class Enum, std::size_t N>
std::optional<Enum> by_name(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

Json texts(const std::vector<std::string>& list) {
  Json json{Json::Array{}};
  for (const auto& text : list) json.push(text);
  return json;
}

void set_text(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json.set(name, text);
}

Json to_json(const Finding& finding) {
  Json json, evidence{Json::Array{}};
  json.set("check", finding.check);
  json.set("level", std::string(name_of(finding.level)));
  set_text(json, "harm", finding.harm);
  if (finding.breaks_must) json.set("breaks_must", true);
  json.set("requirements", texts(finding.requirements));
  json.set("required", finding.required);
  json.set("observed", finding.observed);
  set_text(json, "likely_cause", finding.likely_cause);
  set_text(json, "cure", finding.cure);
  for (const EvidenceLine& line : finding.evidence) {
    Json row;
    row.set("at_ns", std::int64_t{line.at.count()});
    row.set("actor", line.actor);
    row.set("what", line.what);
    if (line.gap) row.set("gap", true);
    evidence.push(std::move(row));
  }
  json.set("evidence", std::move(evidence));
  return json;
}

Json to_json(const ScenarioResult& result) {
  Json json, findings{Json::Array{}}, measurements{Json::Array{}};
  json.set("id", result.id);
  set_text(json, "title", result.title);
  json.set("revision", result.revision);
  json.set("mode", result.mode);
  json.set("role", result.role);
  json.set("verdict", std::string(name_of(result.verdict)));
  set_text(json, "reason", result.reason);
  json.set("requirements", texts(result.requirements));
  for (const Finding& finding : result.findings) findings.push(to_json(finding));
  json.set("findings", std::move(findings));
  for (const Measurement& measurement : result.measurements) {
    Json row;
    row.set("name", measurement.name);
    row.set("value", measurement.value);
    measurements.push(std::move(row));
  }
  json.set("measurements", std::move(measurements));
  json.set("ms", result.ms);
  json.set("repeat", result.repeat);
  json.set("frames", result.frames);
  set_text(json, "history", result.history);
  set_text(json, "shard", result.shard);
  set_text(json, "command", result.command);
  set_text(json, "baseline", result.baseline);
  set_text(json, "baseline_reason", result.baseline_reason);
  return json;
}

// Reads members; the first that is missing or of another kind is kept in `wrong`, with its path.
class RecordReader {
 public:
  std::string wrong;

  std::string text(const Json& json, const std::string& path, const char* name, bool needed) {
    const Json* member = json.find(name);
    if (member == nullptr && !needed) return "";
    if (member == nullptr || !member->is_string()) complain(path + name, "text");
    return member == nullptr ? "" : member->as_string();
  }
  double number(const Json& json, const std::string& path, const char* name) {
    const Json* member = json.find(name);
    if (member == nullptr) return 0;
    if (!member->is_number()) complain(path + name, "a number");
    return member->as_double();
  }
  // `least` where the member is missing.
  std::int64_t integer(const Json& json, const std::string& path, const char* name,
                       std::int64_t least, std::int64_t most) {
    const Json* member = json.find(name);
    if (member == nullptr) return least;
    const std::int64_t value = member->as_int(least);
    if (member->is_int() && value >= least && value <= most) return value;
    complain(path + name, "an integer from " + std::to_string(least) + " on");
    return least;
  }
  std::vector<std::string> texts(const Json& json, const std::string& path, const char* name) {
    std::vector<std::string> texts;
    for (const Json& item : list(json, path, name)) {
      if (!item.is_string()) complain(row(path, name, texts.size()), "text");
      texts.push_back(item.as_string());
    }
    return texts;
  }
  const Json::Array& list(const Json& json, const std::string& path, const char* name) {
    const Json* member = json.find(name);
    if (member != nullptr && !member->is_array()) complain(path + name, "a list");
    return json[name].items();
  }
  void complain(const std::string& path, const std::string& expected) {
    if (wrong.empty()) wrong = "member '" + path + "' is not " + expected;
  }

  static std::string row(const std::string& path, const std::string& name, std::size_t at) {
    return path + name + "[" + std::to_string(at) + "]";
  }
};

constexpr std::int64_t kAnyInteger = std::numeric_limits<std::int64_t>::max();

EvidenceLine line_from(RecordReader& reader, const Json& json, const std::string& path) {
  return {Nanos(reader.integer(json, path, "at_ns", -kAnyInteger, kAnyInteger)),
          reader.text(json, path, "actor", true), reader.text(json, path, "what", true),
          json["gap"].as_bool()};
}

Finding finding_from(RecordReader& reader, const Json& json, const std::string& path) {
  Finding finding;
  finding.check = reader.text(json, path, "check", true);
  const auto level = level_of(reader.text(json, path, "level", true));
  if (!level) reader.complain(path + "level", "must, harm, should or note");
  finding.level = level.value_or(Level::kNote);
  finding.harm = reader.text(json, path, "harm", false);
  finding.breaks_must = json["breaks_must"].as_bool();
  finding.requirements = reader.texts(json, path, "requirements");
  finding.required = reader.text(json, path, "required", true);
  finding.observed = reader.text(json, path, "observed", true);
  finding.likely_cause = reader.text(json, path, "likely_cause", false);
  finding.cure = reader.text(json, path, "cure", false);
  for (const Json& row : reader.list(json, path, "evidence")) {
    const std::string here = reader.row(path, "evidence", finding.evidence.size()) + ".";
    finding.evidence.push_back(line_from(reader, row, here));
  }
  return finding;
}

ScenarioResult result_from(RecordReader& reader, const Json& json, const std::string& path) {
  ScenarioResult result;
  result.id = reader.text(json, path, "id", true);
  result.title = reader.text(json, path, "title", false);
  result.revision = reader.text(json, path, "revision", true);
  result.mode = reader.text(json, path, "mode", true);
  result.role = reader.text(json, path, "role", true);
  const auto verdict = verdict_of(reader.text(json, path, "verdict", true));
  if (!verdict) reader.complain(path + "verdict", "a verdict");
  result.verdict = verdict.value_or(Verdict::kHarnessError);
  result.reason = reader.text(json, path, "reason", false);
  result.requirements = reader.texts(json, path, "requirements");
  for (const Json& row : reader.list(json, path, "findings")) {
    const std::string here = reader.row(path, "findings", result.findings.size()) + ".";
    result.findings.push_back(finding_from(reader, row, here));
  }
  for (const Json& row : reader.list(json, path, "measurements")) {
    const std::string here = reader.row(path, "measurements", result.measurements.size()) + ".";
    result.measurements.push_back(
        {reader.text(row, here, "name", true), reader.text(row, here, "value", true)});
  }
  result.ms = reader.number(json, path, "ms");
  result.repeat =
      static_cast<int>(reader.integer(json, path, "repeat", 1, std::numeric_limits<int>::max()));
  result.frames = static_cast<std::uint64_t>(reader.integer(json, path, "frames", 0, kAnyInteger));
  result.history = reader.text(json, path, "history", false);
  result.shard = reader.text(json, path, "shard", false);
  result.command = reader.text(json, path, "command", false);
  result.baseline = reader.text(json, path, "baseline", false);
  result.baseline_reason = reader.text(json, path, "baseline_reason", false);
  return result;
}

}  // namespace

std::string_view name_of(Verdict verdict) {
  return kVerdicts[static_cast<std::size_t>(verdict)];
}

std::string_view name_of(Level level) {
  return kLevels[static_cast<std::size_t>(level)];
}

std::optional<Verdict> verdict_of(std::string_view name) {
  return by_name<Verdict>(kVerdicts, name);
}

std::optional<Level> level_of(std::string_view name) {
  return by_name<Level>(kLevels, name);
}

Json to_json(const RunRecord& record) {
  Json json, tool, implementation, environment;
  Json scenarios{Json::Array{}}, stale{Json::Array{}};
  json.set("schema", std::string(kResultsSchema));
  tool.set("name", "tailrace");
  tool.set("version", record.tool_version);
  json.set("tool", std::move(tool));
  implementation.set("name", record.name);
  implementation.set("version", record.version);
  implementation.set("role", record.role);
  implementation.set("source", record.source);
  json.set("implementation", std::move(implementation));
  environment.set("network", record.network);
  environment.set("packets", record.packets);
  environment.set("profile", record.profile);
  json.set("environment", std::move(environment));
  json.set("started", record.started);
  set_text(json, "seed", record.seed);
  set_text(json, "options", record.options);
  if (!record.shards.empty()) json.set("shards", texts(record.shards));
  if (!record.missing_shards.empty()) json.set("missing_shards", texts(record.missing_shards));
  if (record.never_driven > 0) json.set("never_driven", record.never_driven);
  json.set("ms", record.ms);
  for (const auto& result : record.scenarios) scenarios.push(to_json(result));
  json.set("scenarios", std::move(scenarios));
  for (const auto& entry : record.stale) {
    Json row;
    row.set("id", entry.id);
    row.set("revision", entry.revision);
    row.set("reason", entry.reason);
    stale.push(std::move(row));
  }
  json.set("stale_baseline", std::move(stale));
  json.set("not_asked", texts(record.not_asked));
  if (!record.capture.is_null()) json.set("capture", record.capture);
  return json;
}

Result<RunRecord> run_record_from(const Json& json) {
  RecordReader reader;
  const std::string schema = json["schema"].as_string();
  if (schema != kResultsSchema) {
    return trouble("schema is '" + excerpt(schema, 80) + "', not '" + std::string(kResultsSchema) +
                   "'");
  }
  RunRecord record;
  record.tool_version = reader.text(json["tool"], "tool.", "version", true);
  const Json& about = json["implementation"];
  record.name = reader.text(about, "implementation.", "name", false);
  record.version = reader.text(about, "implementation.", "version", false);
  record.role = reader.text(about, "implementation.", "role", true);
  record.source = reader.text(about, "implementation.", "source", false);
  const Json& environment = json["environment"];
  record.network = reader.text(environment, "environment.", "network", false);
  record.packets = reader.text(environment, "environment.", "packets", false);
  record.profile = reader.text(environment, "environment.", "profile", false);
  record.started = reader.text(json, "", "started", false);
  record.seed = reader.text(json, "", "seed", false);
  record.options = reader.text(json, "", "options", false);
  record.shards = reader.texts(json, "", "shards");
  record.missing_shards = reader.texts(json, "", "missing_shards");
  constexpr double kMostRuns = 1e9;  // Of a record that somebody else wrote.
  record.never_driven = static_cast<std::size_t>(
      std::clamp(reader.number(json, "", "never_driven"), 0.0, kMostRuns));
  record.ms = reader.number(json, "", "ms");
  if (json.find("scenarios") == nullptr) reader.complain("scenarios", "a list");
  for (const Json& row : reader.list(json, "", "scenarios")) {
    const std::string path = reader.row("", "scenarios", record.scenarios.size()) + ".";
    record.scenarios.push_back(result_from(reader, row, path));
  }
  for (const Json& row : reader.list(json, "", "stale_baseline")) {
    const std::string path = reader.row("", "stale_baseline", record.stale.size()) + ".";
    record.stale.push_back({reader.text(row, path, "id", true),
                            reader.text(row, path, "revision", false),
                            reader.text(row, path, "reason", false)});
  }
  record.not_asked = reader.texts(json, "", "not_asked");
  record.capture = json["capture"];
  if (!reader.wrong.empty()) return trouble(reader.wrong);
  return record;
}

Result<RunRecord> load_run_record(const std::string& run_folder) {
  const std::string path = run_folder + "/results.json";
  std::error_code failure;
  const auto size = std::filesystem::file_size(path, failure);
  if (!failure && size > kLargestFile) return trouble(path + ": larger than any record of a run");
  const auto text = read_whole(path);
  if (!text) return std::unexpected(text.error());
  const auto json = parse_json(*text);
  if (!json) return trouble(path + ": " + json.error().what);
  auto record = run_record_from(*json);
  if (!record) return trouble(path + ": " + record.error().what);
  return record;
}

Status save_run_record(const RunRecord& record, const std::string& run_folder) {
  return replace_whole(run_folder + "/results.json", to_pretty_text(to_json(record)));
}

}  // namespace tailrace
