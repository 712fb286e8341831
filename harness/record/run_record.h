// SPDX-License-Identifier: Apache-2.0
// RunRecord: what `results.json` holds, the only source of every report. Values, any thread.
// Its JSON form is described by harness/record/results.schema.json; the schema name changes when a
// member changes its meaning, and is kept when members are added.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/base/result.h"
#include "harness/base/time.h"
#include "harness/wire/json.h"

namespace tailrace {

inline constexpr std::string_view kResultsSchema = "tailrace.results/1";

enum class Verdict { kPass, kWarn, kFail, kNotApplicable, kInconclusive, kHarnessError };

// must and harm fail, should warns, note does neither (fairness.md, section 1).
enum class Level { kMust, kHarm, kShould, kNote };

std::string_view name_of(Verdict verdict);  // "pass", "warn", "fail", "not_applicable", ...
std::string_view name_of(Level level);      // "must", "harm", "should", "note"
std::optional<Verdict> verdict_of(std::string_view name);
std::optional<Level> level_of(std::string_view name);

// One step of the ladder that shows a finding: when, which way, what.
struct EvidenceLine {
  Nanos at{0};        // Since the first event of the scenario.
  std::string actor;  // "client", "server" or "harness".
  std::string what;   // One line, control characters escaped.
  bool gap = false;   // The line where the rule was broken, or the wait that broke it.
};

// What a check found. The six parts a reader needs; `command` stands in the scenario's result.
struct Finding {
  std::string check;  // Name of the check: area.snake_case
  Level level = Level::kNote;
  std::string harm;                       // "" or the harm's own name, e.g. "harm.stalls"
  std::vector<std::string> requirements;  // Catalogue ids it breaks; empty for harm without a row.
  std::string required;
  std::string observed;
  std::string likely_cause;
  std::string cure;
  std::vector<EvidenceLine> evidence;
  bool breaks_must = false;  // Of harm: a MUST as well. Old records do not say it.

  bool fails() const { return level == Level::kMust || level == Level::kHarm; }
};

struct Measurement {
  std::string name;   // "connections_used"
  std::string value;  // "3", "43.97 ms"
};

struct ScenarioResult {
  std::string id;        // area.snake_case
  std::string title;     // The question in one sentence.
  std::string revision;  // "2025-11-25"
  std::string mode;      // "default" or a mode of the manifest
  std::string role;      // Who is under test: "server" or "client"
  Verdict verdict = Verdict::kHarnessError;
  std::string reason;  // Why not_applicable, inconclusive or harness_error; else "".
  std::vector<std::string> requirements;  // Covered rows in force in this revision.
  std::vector<Finding> findings;
  std::vector<Measurement> measurements;
  double ms = 0;             // How long the scenario took.
  int repeat = 1;            // From 1 with --repeat
  std::uint64_t frames = 0;  // Captured packets of its connections; 0 without capture.
  std::string history;       // Path of its history, relative to the run's folder.
  std::string shard;         // Of a merged run: whose capture its frames stand in, "2/3".
  std::string command;       // Runs this scenario again.
  std::string baseline;      // "" or "expected": a listed failure, with `baseline_reason`.
  std::string baseline_reason;
};

struct StaleBaseline {
  std::string id, revision, reason;
};

struct RunRecord {
  std::string tool_version;
  std::string role;  // Role under test: "server" or "client"; "capture" of pcap
  std::string name;  // Name and version of the implementation as told, or "".
  std::string version;
  std::string source;   // URL or command under test, without secrets.
  std::string profile;  // "safe" or "full"
  std::string network;  // "own" or "host"
  std::string packets;  // "captured", or why there were none.
  std::string started;  // UTC, ISO 8601
  std::string seed;     // Shuffle seed, "" without.
  // Options that it was driven with, and is to be driven with again: what --help calls them.
  std::string options;
  std::vector<std::string> shards;          // "2/3": the parts of the run that this holds; {}: all.
  std::vector<std::string> missing_shards;  // Of a merged run: the parts that it lacks.
  std::size_t never_driven = 0;  // Of what was planned: the run was interrupted.
  double ms = 0;
  std::vector<ScenarioResult> scenarios;
  std::vector<StaleBaseline> stale;
  std::vector<std::string> not_asked;  // "id: why" of scenarios that were not run.
  Json capture;  // Of `tailrace pcap`: its reports (capture.schema.json); null else.
};

Json to_json(const RunRecord& record);
// Error: names the member that is missing or of another kind; a foreign schema is named as such.
Result<RunRecord> run_record_from(const Json& json);
Result<RunRecord> load_run_record(const std::string& run_folder);  // RUN_DIR/results.json
Status save_run_record(const RunRecord& record, const std::string& run_folder);

}  // namespace tailrace
