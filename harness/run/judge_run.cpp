// SPDX-License-Identifier: Apache-2.0
#include "harness/run/judge_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "harness/capture/pcap_file.h"
#include "harness/flow/flow_analyzer.h"
#include "harness/run/verdict.h"

namespace tailrace {
namespace {

// A connection's first packet and our note of its opening are at most this far apart: a name for
// "the same connection" where an address pair was used again later in the run.
constexpr std::chrono::seconds kSameOpening{2};

struct Packets {
  FlowReport report;
  std::multimap<std::pair<Endpoint, Endpoint>, const ConnectionFlow*> by_addresses;
};

Result<Packets> read_packets(const std::string& path) {
  auto file = PcapFile::open(path);
  if (!file) return std::unexpected(file.error());
  FlowAnalyzer analyzer{FlowOptions{}};
  for (;;) {
    auto packet = (*file)->next();
    if (!packet) return std::unexpected(packet.error());
    if (!*packet) break;
    analyzer.add(**packet);
  }
  Packets packets{analyzer.finish(), {}};
  for (const ConnectionFlow& flow : packets.report.connections) {
    packets.by_addresses.emplace(std::pair{flow.client, flow.server}, &flow);
  }
  return packets;
}

const ConnectionFlow* flow_of(const Packets& packets, const Connection& connection,
                              const std::vector<ClockSample>& clocks) {
  const auto [from, to] =
      packets.by_addresses.equal_range({connection.client(), connection.server()});
  const ConnectionFlow* nearest = nullptr;
  Nanos least = kSameOpening;
  for (auto entry = from; entry != to; ++entry) {
    const auto first = to_mono(entry->second->first, clocks);
    if (!first) continue;
    const Nanos apart = std::chrono::abs(connection.opened_at - first->at);
    if (apart > least) continue;
    least = apart;
    nearest = entry->second;
  }
  return nearest;
}

std::string command_of(const RunRecord& about, const DrivenScenario& run) {
  std::string command = fmt::format("tailrace {} --only {}", about.role, run.id);
  if (run.revision != "auto") command += " --revision " + run.revision;
  if (run.mode != "default") command += " --mode " + run.mode;
  return command + " " + about.source;
}

class RunJudge {
 public:
  RunJudge(const RunFolder& folder, const RunFolder::Contents& contents, const Catalogue& catalogue,
           const Packets* packets)
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
    const auto timeline = replay(folder_.file(run.history));
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
      const ConnectionFlow* flow = flow_of(*packets_, connection, contents_.clocks);
      evidence.packets.push_back({connection.id, flow});
      if (flow == nullptr) continue;
      result.frames += flow->from_client.segments + flow->from_server.segments;
    }
  }

  const RunFolder& folder_;
  const RunFolder::Contents& contents_;
  const Catalogue& catalogue_;
  const Packets* packets_;
};

}  // namespace

Result<RunRecord> judge_run(const RunFolder& folder, const Registry& registry,
                            const Catalogue& catalogue, const Baseline& baseline) {
  auto contents = folder.read();
  if (!contents) return std::unexpected(contents.error());
  std::optional<Packets> packets;
  if (contents->capture.why_none.empty()) {
    auto read = read_packets(folder.file("capture.pcap"));
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
  apply_baseline(baseline, record);
  return record;
}

}  // namespace tailrace
