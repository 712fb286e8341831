// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/folder_commands.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>

#include "harness/base/file.h"
#include "harness/cli/commands.h"
#include "harness/cli/print_report.h"
#include "harness/cli/redact_folder.h"
#include "harness/cli/secret_variables.h"
#include "harness/record/redaction.h"
#include "harness/run/glob.h"
#include "harness/run/merge.h"
#include "harness/run/run_folder.h"
#include "harness/wire/escape.h"
#include "reports/counts.h"
#include "reports/diff.h"
#include "reports/reproduce.h"

namespace tailrace {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWord = 120;    // Bytes of an id, which may be of a file that somebody sent.
constexpr std::size_t kReason = 400;  // Bytes
constexpr const char* kNewReason = "known when the baseline was written";

std::string text_of(const RunDiff& diff, Format format) {
  switch (format) {
    case Format::kConsole:
      break;
    case Format::kJson:
      return json_diff(diff);
    case Format::kJunit:
      return junit_diff(diff);
    case Format::kMarkdown:
      return markdown_diff(diff);
    case Format::kHtml:
      return html_diff(diff);
  }
  return console_diff(diff, console_width());
}

// Histories of every shard beside the merged record, so that reports have their figures.
Status copy_histories(const std::vector<std::string>& folders, const std::string& into) {
  std::error_code failure;
  for (const std::string& folder : folders) {
    const fs::path from = fs::path(folder) / "histories";
    if (!fs::exists(from, failure)) continue;
    fs::copy(from, fs::path(into) / "histories",
             fs::copy_options::recursive | fs::copy_options::skip_existing, failure);
    if (failure) return trouble("cannot copy '" + from.string() + "': " + failure.message());
  }
  return {};
}

Result<std::vector<Fact>> facts_in(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return trouble("cannot read '" + path + "'");
  std::vector<Fact> facts;
  for (std::string text; std::getline(file, text);) {
    const auto json = parse_json(text);
    if (!json) break;  // The line that a crash cut.
    auto fact = fact_from(*json);
    if (!fact) return trouble(path + ": " + fact.error().what);
    facts.push_back(std::move(*fact));
  }
  return facts;
}

}  // namespace

int baseline_write_command(const CommandLine& line) {
  const auto record = finished_record(line.folder);
  if (!record) return complain(record.error().what);
  const Baseline baseline = baseline_of(*record, line.reason.empty() ? kNewReason : line.reason);
  const std::string text = to_pretty_text(to_json(baseline));
  if (line.file.empty()) {
    fmt::print("{}", text);
  } else if (std::error_code failure; !line.force && fs::exists(line.file, failure)) {
    return complain("'" + line.file + "' exists already, and may hold reasons of your own: --force "
                    "writes it anew");
  } else if (auto written = replace_whole(line.file, text); !written) {
    return complain(written.error().what);
  }
  fmt::print(stderr, "{} expected, {} unstable\n", baseline.expected.size(),
             baseline.unstable.size());
  return kExitClean;
}

int baseline_check_command(const CommandLine& line, const Registry& registry) {
  const auto baseline = load_baseline(line.file);
  if (!baseline) return complain(baseline.error().what);
  std::vector<std::string> known;
  for (const Scenario& scenario : registry) known.emplace_back(scenario.id());
  const auto misnamed = misnamed_in(*baseline, known);
  for (const Misnamed& entry : misnamed) fmt::print(stderr, "tailrace: {}\n", entry.what);
  if (!misnamed.empty()) return kExitUnusable;
  fmt::print("{} expected, {} unstable\n", baseline->expected.size(), baseline->unstable.size());
  if (line.folder.empty()) return kExitClean;
  auto record = finished_record(line.folder);
  if (!record) return complain(record.error().what);
  apply_baseline(*baseline, *record);
  for (const StaleBaseline& entry : record->stale) {
    fmt::print("stale: {} at {} no longer fails ({})\n", excerpt(entry.id, kWord),
               excerpt(entry.revision, kWord), excerpt(entry.reason, kReason));
  }
  for (const ScenarioResult& result : record->scenarios) {
    const bool told = result.verdict != Verdict::kPass && result.verdict != Verdict::kNotApplicable;
    if (!told || !result.baseline.empty()) continue;
    const bool broken = result.verdict == Verdict::kFail || result.verdict == Verdict::kWarn;
    fmt::print("{}: {} at {}: {}{}\n", broken ? "not listed" : "not seen",
               excerpt(result.id, kWord), excerpt(result.revision, kWord), name_of(result.verdict),
               broken ? "" : ": " + excerpt(result.reason, kReason));
  }
  if (exit_status(*record, FailOn::kShould) == kExitClean) {
    fmt::print("the run is exactly as listed\n");
  }
  return exit_status(*record, line.run.fail_on);
}

// Why no scenario of one run is one of the other.
std::string why_apart(const RunRecord& before, const RunRecord& after) {
  std::set<std::string> modes[2];
  const RunRecord* const records[] = {&before, &after};
  for (std::size_t i = 0; i < 2; ++i) {
    for (const ScenarioResult& result : records[i]->scenarios) modes[i].insert(result.mode);
  }
  if (!modes[0].empty() && !modes[1].empty() && modes[0] != modes[1]) {
    return fmt::format("the runs were made in other modes: {}; and {}",
                       excerpt(fmt::format("{}", fmt::join(modes[0], ", ")), kReason),
                       excerpt(fmt::format("{}", fmt::join(modes[1], ", ")), kReason));
  }
  return "the runs have no scenario at one revision in common";
}

int diff_command(const CommandLine& line) {
  const auto before = finished_record(line.folders.at(0));
  if (!before) return complain(before.error().what);
  const auto after = finished_record(line.folders.at(1));
  if (!after) return complain(after.error().what);
  if (before->role != after->role) {
    return complain("'" + line.folders.at(0) + "' is a run of a " + before->role + ", '" +
                    line.folders.at(1) + "' of a " + after->role + ": nothing is comparable");
  }
  const RunDiff diff = diff_of(*before, *after);
  if (!diff.compared()) return complain(why_apart(*before, *after));
  fmt::print("{}", text_of(diff, line.format));
  // What the later run never asked may have broken.
  const bool is_whole = after->never_driven == 0 && after->missing_shards.empty();
  if (diff.broke()) return kExitFailed;
  return is_whole ? kExitClean : kExitInconclusive;
}

int merge_command(const CommandLine& line, const Catalogue& catalogue) {
  std::vector<RunRecord> records;
  for (const std::string& folder : line.folders) {
    auto record = finished_record(folder);
    if (!record) return complain(record.error().what);
    records.push_back(std::move(*record));
  }
  auto merged = merge_records(std::move(records));
  if (!merged) return complain(merged.error().what);
  if (auto made = RunFolder::create(line.file); !made) return complain(made.error().what);
  if (auto copied = copy_histories(line.folders, line.file); !copied) {
    return complain(copied.error().what);
  }
  if (auto saved = save_run_record(*merged, line.file); !saved) {
    return complain(saved.error().what);
  }
  print_report(*merged, line, line.file, catalogue);
  add_step_summary(*merged);
  return exit_status(*merged, line.run.fail_on);
}

int redact_command(const CommandLine& line) {
  const auto secrets = values_of(line.secrets);
  if (!secrets) return complain(secrets.error().what);
  const auto done = redact_folder(line.folder, *secrets);
  if (!done) return complain(done.error().what);
  fmt::print("{}: {} rewritten, bytes of {} removed from {}\n", line.folder,
             counted(done->histories, "history", "histories"),
             counted(done->packets, "packet", "packets"),
             counted(done->captures, "capture", "captures"));
  for (std::size_t i = 0; i < secrets->size(); ++i) {
    const bool none = done->places[i] == 0;
    fmt::print("--secret-env {}: replaced in {}{}\n", line.secrets[i],
               counted(done->places[i], "place", "places"),
               none ? "; what --header gave was replaced when it was recorded" : "");
  }
  return kExitClean;
}

int reproduce_command(const CommandLine& line) {
  const auto record = finished_record(line.folder);
  if (!record) return complain(record.error().what);
  std::vector<std::string> ids;
  const ScenarioResult* chosen = nullptr;  // One that failed, where one did, or warned.
  const auto tells = [](const ScenarioResult& result) {
    return result.verdict == Verdict::kFail ? 2 : result.verdict == Verdict::kWarn ? 1 : 0;
  };
  for (const ScenarioResult& result : record->scenarios) {
    ids.push_back(result.id);
    if (result.id != line.id) continue;
    if (chosen == nullptr || tells(result) > tells(*chosen)) chosen = &result;
  }
  if (chosen != nullptr) {
    const auto inside = stays_inside(chosen->history);
    if (!inside) return complain(inside.error().what);
    const auto facts = facts_in(line.folder + "/" + chosen->history);
    if (!facts) return complain(facts.error().what);
    const auto script = reproduction(*chosen, *facts);
    if (!script) return complain(script.error().what);
    fmt::print("{}", *script);
    return kExitClean;
  }
  const std::string near = nearest_word(line.id, ids);
  return complain("the run holds no scenario '" + line.id + "'" +
                  (near.empty() ? "" : "; did you mean " + near + "?"));
}

}  // namespace tailrace
