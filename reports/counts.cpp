// SPDX-License-Identifier: Apache-2.0
#include "reports/counts.h"

#include <fmt/format.h>

#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kLongestLine = 400;  // Bytes of one line of evidence.

}  // namespace

std::map<Verdict, std::size_t> count_verdicts(const RunRecord& record) {
  std::map<Verdict, std::size_t> counts;
  for (const ScenarioResult& result : record.scenarios) ++counts[result.verdict];
  return counts;
}

std::string summary_line(const RunRecord& record) {
  std::string line;
  for (const auto& [verdict, count] : count_verdicts(record)) {
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", count, name_of(verdict));
  }
  if (line.empty()) line = "nothing was judged";
  if (!record.stale.empty()) {
    line += fmt::format(", {} stale baseline entries", record.stale.size());
  }
  if (!record.not_asked.empty()) line += fmt::format(", {} not asked", record.not_asked.size());
  return line;
}

std::string suite_of(const ScenarioResult& result) {
  return result.id.substr(0, result.id.find('.'));
}

std::string variant_of(const ScenarioResult& result) {
  std::string variant = result.revision;
  if (result.mode != "default") variant += " " + result.mode;
  if (result.repeat > 1) variant += fmt::format(" #{}", result.repeat);
  return variant;
}

std::string level_text(const Finding& finding, const std::string& revision) {
  std::string text(name_of(finding.level));
  if (!finding.harm.empty()) text = finding.harm;
  if (!finding.requirements.empty()) {
    text += fmt::format(", {} of {}", fmt::join(finding.requirements, " "), revision);
  }
  return text;
}

std::string packet_banner(const RunRecord& record) {
  if (record.packets == "captured") return "";
  return fmt::format("No packets were captured, so no stall could be judged: {}",
                     excerpt(record.packets, kLongestLine));
}

std::string name_of_implementation(const RunRecord& record) {
  const std::string named = record.name.empty() ? record.source : record.name;
  return excerpt(record.version.empty() ? named : named + " " + record.version, 200);
}

std::vector<std::string> ladder_lines(const Finding& finding) {
  std::vector<std::string> lines;
  for (const EvidenceLine& line : finding.evidence) {
    lines.push_back(fmt::format("{} {:>11}  {:<7} {}", line.gap ? '>' : ' ',
                                "+" + in_millis(line.at), excerpt(line.actor, 12),
                                excerpt(line.what, kLongestLine)));
  }
  return lines;
}

}  // namespace tailrace
