// SPDX-License-Identifier: Apache-2.0
#include "harness/run/judge_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/run/run_packets.h"
#include "harness/run/verdict.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

std::string command_of(const RunRecord& about, const DrivenScenario& run) {
  std::string command = fmt::format("tailrace {} --only {}", about.role, run.id);
  if (run.revision != "auto") command += " --revision " + run.revision;
  if (run.mode != "default") command += " --mode " + shell_quoted(run.mode);
  if (!about.options.empty()) command += " " + about.options;
  return command + " " + about.source;
}

class RunJudge {
 public:
  RunJudge(const RunFolder& folder, const RunFolder::Contents& contents, const Catalogue& catalogue,
           const RunPackets* packets)
      : folder_(folder), contents_(contents), catalogue_(catalogue), packets_(packets) {}

  ScenarioResult judge(const Scenario& scenario, const DrivenScenario& run) const {
    ScenarioResult result;
    result.id = run.id;
    result.title = scenario.spec().question;
    result.revision = run.revision;
    result.mode = run.mode;
    result.role = name_of(scenario.under_test());
    result.ms = run.ms;
    result.repeat = run.repeat;
    result.history = run.history;
    result.command = command_of(contents_.about, run);
    const Status inside = stays_inside(run.history);
    const auto timeline =
        inside ? replay(folder_.file(run.history)) : std::unexpected(inside.error());
    if (!timeline) {
      result.verdict = Verdict::kHarnessError;
      result.reason = timeline.error().what;
      return result;
    }
    // A client says itself which revision it speaks; the script marks it.
    result.revision = timeline->mark("revision").value_or(run.revision);
    Evidence evidence{*timeline, catalogue_, result.revision, {}, "", false, false};
    add_packets(evidence, result);
    judge_scenario(scenario, evidence, result);
    return result;
  }

 private:
  void add_packets(Evidence& evidence, ScenarioResult& result) const {
    evidence.why_no_packets = contents_.capture.why_none;
    evidence.packets_required = contents_.capture.required;
    if (packets_ == nullptr) return;
    evidence.capture_lost_packets = contents_.capture.dropped > 0 || !contents_.capture.marker_seen;
    for (const Connection& connection : evidence.timeline.connections) {
      const ConnectionFlow* flow = packets_->of(connection, contents_.clocks);
      evidence.packets.push_back({connection.id, flow});
      if (flow == nullptr) continue;
      result.frames += flow->from_client.segments + flow->from_server.segments;
    }
  }

  const RunFolder& folder_;
  const RunFolder::Contents& contents_;
  const Catalogue& catalogue_;
  const RunPackets* packets_;
};

// A baseline is exact.
void add_misnamed(const Baseline& baseline, const Registry& registry, RunRecord& record) {
  std::vector<std::string> known;
  for (const Scenario& scenario : registry) known.emplace_back(scenario.id());
  for (const auto& [entry, what] : misnamed_in(baseline, known)) {
    record.stale.push_back({entry->id, entry->revision, what});
  }
}

}  // namespace

Result<RunRecord> judge_run(const RunFolder& folder, const Registry& registry,
                            const Catalogue& catalogue, const Baseline& baseline) {
  auto contents = folder.read();
  if (!contents) return std::unexpected(contents.error());
  std::optional<RunPackets> packets;
  std::error_code failure;
  if (contents->capture.why_none.empty() &&
      !std::filesystem::exists(folder.file("capture.pcap"), failure)) {
    contents->capture.why_none = "the run's capture.pcap is not there any more";
    contents->about.packets = contents->capture.why_none;
  }
  if (contents->capture.why_none.empty()) {
    auto read = RunPackets::read(folder.file("capture.pcap"));
    if (!read) return std::unexpected(read.error());
    packets.emplace(std::move(*read));
  }
  const RunJudge judge(folder, *contents, catalogue, packets ? &*packets : nullptr);
  RunRecord record = contents->about;
  for (const DrivenScenario& run : contents->runs) {
    const auto scenario = std::find_if(registry.begin(), registry.end(),
                                       [&](const Scenario& s) { return s.id() == run.id; });
    if (scenario == registry.end()) {
      record.not_asked.push_back(run.id + ": this version does not know the scenario");
      continue;
    }
    record.scenarios.push_back(judge.judge(*scenario, run));
  }
  std::stable_sort(record.scenarios.begin(), record.scenarios.end(),
                   [](const auto& a, const auto& b) {
                     return std::tie(a.id, a.revision, a.mode, a.repeat) <
                            std::tie(b.id, b.revision, b.mode, b.repeat);
                   });
  record.never_driven = contents->planned - std::min(contents->planned, contents->runs.size());
  apply_baseline(baseline, record);
  add_misnamed(baseline, registry, record);
  return record;
}

}  // namespace tailrace
