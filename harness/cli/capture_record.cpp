// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/capture_record.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "harness/base/version.h"
#include "harness/cli/explain_capture.h"
#include "harness/cli/pcap_json.h"
#include "harness/flow/connection_findings.h"

namespace tailrace {
namespace {

constexpr const char* kRole = "capture";
constexpr const char* kId = "capture.no_call_waits_for_delayed_ack";

std::string check_name(const std::string& kind) {
  std::string name = "capture." + kind;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// The costliest of each kind stands for the kind.
std::vector<const CaptureFinding*> worst_of_each_kind(const CaptureReport& report) {
  std::vector<const CaptureFinding*> worst;
  for (const CaptureFinding& finding : report.findings) {
    if (finding.kind == kind::kClean) continue;
    const auto known = std::ranges::find_if(
        worst, [&](const CaptureFinding* other) { return other->kind == finding.kind; });
    if (known == worst.end()) {
      worst.push_back(&finding);
    } else if (std::pair(finding.confidence, finding.cost) >
               std::pair((*known)->confidence, (*known)->cost)) {
      *known = &finding;
    }
  }
  return worst;
}

std::vector<EvidenceLine> evidence_of(const CaptureFinding& finding, const CaptureReport& report) {
  std::vector<EvidenceLine> lines;
  for (const FrameNote& note : finding.frames) {
    const Nanos at = note.at && report.first ? *note.at - *report.first : Nanos(0);
    lines.push_back({at, "harness", fmt::format("frame {}: {}", note.frame.value, note.text),
                     lines.size() == 1 && finding.kind == kind::kStall});
  }
  return lines;
}

std::string observed_of(const CaptureFinding& finding, const CaptureReport& report) {
  const auto count = report.count_by_kind.find(finding.kind);
  std::string text = fmt::format(
      "{} of {}", count == report.count_by_kind.end() ? 1 : count->second, finding.kind);
  if (finding.cost > Nanos(0)) text += fmt::format(", the worst {}", in_millis(finding.cost));
  if (finding.on_connection) {
    text += fmt::format(", {} to {}", finding.client.text(), finding.server.text());
  }
  if (finding.side) text += fmt::format(", by the {}", name_of(*finding.side));
  return text;
}

Finding finding_of(const CaptureFinding& told, const CaptureReport& report) {
  Finding finding;
  const bool convicts = told.kind == kind::kStall && told.confidence == Confidence::kHigh;
  finding.check = check_name(told.kind);
  finding.level = convicts ? Level::kHarm : Level::kNote;
  if (convicts) finding.harm = "harm.stalls";
  finding.required = told.kind == kind::kStall ? "no call waits for a delayed acknowledgement"
                                               : "nothing: this explains where time went";
  finding.observed = observed_of(told, report);
  if (told.kind == kind::kStall) {
    const std::string holder = told.side ? name_of(*told.side) : "server";
    finding.likely_cause = fmt::format(
        "the {} writes a message in small writes with Nagle's algorithm on: the next waits until "
        "the one before is acknowledged, and the peer's kernel delays that ACK",
        holder);
    finding.cure = fmt::format("{} ({})", told.details["cure"].as_string(),
                               told.details["owner"].as_string());
  }
  finding.evidence = evidence_of(told, report);
  return finding;
}

ScenarioResult result_of(const CaptureReport& report, int number) {
  ScenarioResult result;
  result.id = kId;
  result.title = "Does any call wait for a delayed ACK? " + report.file;
  result.revision = "any";
  result.mode = "capture";
  result.repeat = number;
  result.role = "server";
  // What else breaks in it is told by scenarios of their own.
  const bool unclear = report.verdict == kind::kInsufficient;
  result.verdict = report.stalls_of_high_confidence > 0 ? Verdict::kFail
                   : unclear                            ? Verdict::kInconclusive
                                                        : Verdict::kPass;
  if (result.verdict == Verdict::kInconclusive) result.reason = why_insufficient(report);
  for (const CaptureFinding* worst : worst_of_each_kind(report)) {
    result.findings.push_back(finding_of(*worst, report));
    if (worst->kind == kind::kStall && worst->side) result.role = name_of(*worst->side);
  }
  result.measurements = {{"verdict", report.verdict},
                         {"exchanges", fmt::to_string(report.exchange_count)},
                         {"stalls", fmt::to_string(report.stalls)}};
  for (std::size_t i = 0; i < kCauses; ++i) {
    const auto cause = static_cast<Cause>(i);
    if (report.causes[cause] == Nanos(0)) continue;
    result.measurements.push_back({std::string(name_of(cause)), in_millis(report.causes[cause])});
  }
  if (report.first && report.last) result.ms = millis_of(*report.last - *report.first);
  result.frames = report.segments;
  result.command = "tailrace pcap " + report.file;
  return result;
}

}  // namespace

bool is_of_captures(const RunRecord& record) {
  return record.role == kRole;
}

int capture_exit_status(RunRecord record, FailOn fail_on) {
  std::erase_if(record.scenarios, [](const ScenarioResult& result) {
    return result.verdict == Verdict::kInconclusive && result.id != kId;
  });
  return exit_status(record, fail_on);
}

RunRecord record_of(const std::vector<CaptureReport>& reports) {
  RunRecord record;
  record.tool_version = version();
  record.role = kRole;
  record.profile = "full";
  record.network = "host";
  record.packets = "captured";
  Json all;
  int number = 0;
  for (const CaptureReport& report : reports) {
    record.source += (record.source.empty() ? "" : " ") + report.file;
    if (record.started.empty() && report.first) {
      record.started =
          fmt::format("{:%FT%TZ}", fmt::gmtime(std::chrono::duration_cast<std::chrono::seconds>(
                                                   report.first->since_epoch)
                                                   .count()));
    }
    record.scenarios.push_back(result_of(report, ++number));
    record.ms += record.scenarios.back().ms;
    for (ScenarioResult result : report.scenarios) {
      result.repeat = number;
      record.scenarios.push_back(std::move(result));
    }
    all.push(to_json(report));
  }
  record.capture = reports.size() == 1 ? all.items().front() : all;
  return record;
}

}  // namespace tailrace
