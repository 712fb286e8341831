// SPDX-License-Identifier: Apache-2.0
#include "reports/finding_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kLongestPart = 1000;  // Bytes of each of the six parts.
constexpr std::size_t kLongestLine = 240;   // Bytes of one line of evidence.
constexpr std::size_t kMostLines = 60;      // Of one ladder; the harness writes fewer.
constexpr std::size_t kMostIds = 20;        // Requirements named beside one finding.
constexpr char kBroken = '>';               // Begins the line that broke the rule.

std::string level_text(const Finding& finding, const std::string& revision) {
  std::string text = finding.harm.empty() ? std::string(name_of(finding.level)) : finding.harm;
  if (finding.requirements.empty()) return text;
  const auto named = std::min(finding.requirements.size(), kMostIds);
  const auto first = finding.requirements.begin();
  text += fmt::format(", {} of {}",
                      fmt::join(first, first + static_cast<std::ptrdiff_t>(named), " "), revision);
  return text;
}

std::string arrow_of(const std::string& actor) {
  if (actor == "client") return "client -->";
  if (actor == "server") return "server <--";
  return excerpt(actor, 10);
}

std::string ladder_line(const EvidenceLine& line) {
  const std::string sign = line.at < Nanos{0} ? "" : "+";
  return fmt::format("{} {:>12}  {:<10}  {}", line.gap ? kBroken : ' ', sign + in_millis(line.at),
                     arrow_of(line.actor), excerpt(line.what, kLongestLine));
}

// So records of before say, as if the server had done it, of a response that we gave up.
constexpr std::string_view kOurOwn = "we stopped watching";

}  // namespace

std::size_t broken_step(const std::vector<std::string>& ladder) {
  const auto broken = std::ranges::find_if(
      ladder, [](const std::string& line) { return line.starts_with(kBroken); });
  return static_cast<std::size_t>(broken - ladder.begin());
}

std::vector<EvidenceLine> evidence_of(const Finding& finding) {
  std::vector<EvidenceLine> lines = finding.evidence;
  for (EvidenceLine& line : lines) {
    if (line.what == kOurOwn) line.actor = "harness";
  }
  std::stable_sort(lines.begin(), lines.end(),
                   [](const EvidenceLine& a, const EvidenceLine& b) { return a.at < b.at; });
  return lines;
}

FindingText text_of(const Finding& finding, const ScenarioResult& result) {
  FindingText text;
  text.required = excerpt(
      fmt::format("{} [{}]", finding.required, level_text(finding, result.revision)), kLongestPart);
  text.observed = excerpt(finding.observed, kLongestPart);
  text.history = excerpt(result.history, kLongestPart);
  if (!result.shard.empty() && result.frames > 0) {
    text.history += "; frames are those of shard " + excerpt(result.shard, kLongestPart);
  }
  for (const EvidenceLine& line : evidence_of(finding)) {
    if (text.ladder.size() == kMostLines) {
      text.ladder.push_back(fmt::format("  ({} more)", finding.evidence.size() - kMostLines));
      break;
    }
    text.ladder.push_back(ladder_line(line));
  }
  text.likely_cause = excerpt(finding.likely_cause, kLongestPart);
  text.cure = excerpt(finding.cure, kLongestPart);
  text.run_again = excerpt(result.command, kLongestPart);
  return text;
}

std::string_view word_of(Level level) {
  switch (level) {
    case Level::kMust:
    case Level::kHarm:
      return "FAIL";
    case Level::kShould:
      return "warn";
    case Level::kNote:
      break;
  }
  return "note";
}

std::vector<const Finding*> shown_findings(const ScenarioResult& result, bool notes) {
  std::vector<const Finding*> shown;
  for (const Finding& finding : result.findings) {
    if (notes || finding.level != Level::kNote) shown.push_back(&finding);
  }
  std::stable_sort(shown.begin(), shown.end(), [](const Finding* a, const Finding* b) {
    return a->level < b->level;  // The levels are declared most severe first.
  });
  return shown;
}

}  // namespace tailrace
