// SPDX-License-Identifier: Apache-2.0
#include "reports/markdown.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "reports/causes.h"
#include "reports/counts.h"
#include "reports/finding_text.h"
#include "reports/markup.h"

namespace tailrace {
namespace {

constexpr std::size_t kLongestWord = 120;   // Bytes
constexpr std::size_t kLongestCell = 300;   // Bytes
constexpr std::size_t kLongestPart = 1200;  // Bytes
// Together below the 65,536 characters of a comment.
constexpr std::size_t kLongestTable = 12'000;     // Bytes
constexpr std::size_t kLongestFolded = 4'000;     // Bytes, of each of the three folded tables
constexpr std::size_t kLongestCauses = 6'000;     // Bytes
constexpr std::size_t kLongestFindings = 28'000;  // Bytes
constexpr std::size_t kLongestStale = 2'000;  // Bytes
constexpr std::size_t kLongestEnd = 2'000;    // Bytes of what was not asked

std::string word(std::string_view text) {
  return markdown_text(text, kLongestWord);
}

std::string part(std::string_view name, std::string_view text) {
  if (text.empty()) return "";
  return fmt::format("- **{}**: {}\n", name, markdown_text(text, kLongestPart));
}

// Takes lines while they fit, then counts.
class Bounded {
 public:
  explicit Bounded(std::size_t limit) : limit_(limit) {}
  void add(const std::string& text) {
    if (left_out_ == 0 && text_.size() + text.size() <= limit_) {
      text_ += text;
    } else {
      ++left_out_;
    }
  }
  std::string finish(std::string_view what) const {
    if (left_out_ == 0) return text_;
    return text_ + fmt::format("\n{} more {} in results.json\n", left_out_, what);
  }
  bool empty() const { return text_.empty() && left_out_ == 0; }

 private:
  std::size_t limit_;
  std::string text_;
  std::size_t left_out_ = 0;
};

// The tables of the report, in its order. New is what no baseline lists.
enum class Part { kNew, kNotJudged, kKnown, kPassed };

Part part_of(const ScenarioResult& result) {
  if (!result.baseline.empty()) return Part::kKnown;
  if (result.verdict == Verdict::kPass) return Part::kPassed;
  return result.verdict == Verdict::kNotApplicable ? Part::kNotJudged : Part::kNew;
}

// Without a baseline everything is new, and nobody needs to be told.
bool has_baseline(const RunRecord& record) {
  return !record.stale.empty() ||
         std::any_of(record.scenarios.begin(), record.scenarios.end(),
                     [](const ScenarioResult& result) { return !result.baseline.empty(); });
}

// What broke, even where a reason says of another question of the scenario why it was void.
std::string why(const ScenarioResult& result) {
  if (!result.baseline.empty()) return result.baseline_reason;
  const auto findings = shown_findings(result, false);
  const bool broke = result.verdict == Verdict::kFail || result.verdict == Verdict::kWarn;
  const bool told = !findings.empty() && (broke || result.reason.empty());
  return told ? findings.front()->observed : result.reason;
}

// What is read first.
int rank_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kFail:
      return 0;
    case Verdict::kHarnessError:
      return 1;
    case Verdict::kWarn:
      return 2;
    case Verdict::kInconclusive:
      return 3;
    case Verdict::kPass:
    case Verdict::kNotApplicable:
      break;
  }
  return 4;
}

std::string table(const RunRecord& record, Part wanted) {
  Bounded rows(wanted == Part::kNew ? kLongestTable : kLongestFolded);
  std::vector<const ScenarioResult*> shown;
  for (const ScenarioResult& result : record.scenarios) {
    if (part_of(result) == wanted) shown.push_back(&result);
  }
  std::ranges::stable_sort(shown, {}, [](const auto* result) { return rank_of(result->verdict); });
  for (const ScenarioResult* result : shown) {
    rows.add(fmt::format("| {} | {} | {} | {} |\n", word(std::string(shown_word(*result))),
                         word(result->id), word(variant_of(*result)),
                         markdown_text(why(*result), kLongestCell)));
  }
  if (rows.empty()) return "";
  return "| verdict | scenario | revision | why |\n| --- | --- | --- | --- |\n" +
         rows.finish("scenarios") + "\n";
}

std::string folded(const std::string& summary, const std::string& text) {
  return fmt::format("<details><summary>{}</summary>\n\n{}\n</details>\n\n", summary, text);
}

std::string details_of(const Finding& finding, const ScenarioResult& result) {
  const FindingText text = text_of(finding, result);
  std::string ladder;
  for (const std::string& line : text.ladder) ladder += line + "\n";
  std::string inside = part("Required", text.required) + part("Observed", text.observed) +
                       part("Likely cause", text.likely_cause) + part("Cure", text.cure);
  if (!ladder.empty()) {
    inside += "\nEvidence:\n\n" + markdown_block(text.history + "\n" + ladder) + "\n";
  }
  inside += "Run again:\n\n" + markdown_block(text.run_again + "\n");
  return folded(
      fmt::format("{}: {} ({})", word_of(finding.level), markdown_html(result.id, kLongestWord),
                  markdown_html(variant_of(result), kLongestWord)),
      inside);
}

std::string findings_of(const RunRecord& record) {
  Bounded findings(kLongestFindings);
  for (const bool failing : {true, false}) {
    for (const ScenarioResult& result : record.scenarios) {
      if (!result.baseline.empty() || (result.verdict == Verdict::kFail) != failing) continue;
      for (const Finding* finding : shown_findings(result, false)) {
        findings.add(details_of(*finding, result));
      }
    }
  }
  return findings.finish("findings");
}

// Each cause once, with its cure: the table below has a row for each scenario that met it.
std::string causes_text(const RunRecord& record) {
  Bounded lines(kLongestCauses);
  for (const Cause& cause : causes_of(record)) {
    const Finding& finding = *cause.finding;
    const std::size_t count = cause.scenarios.size();
    std::string line = fmt::format("- **{}, {} {}**: required: {}",
                                   finding.fails() ? "fail" : "warn", count,
                                   count == 1 ? "scenario" : "scenarios",
                                   markdown_text(required_text(cause), kLongestCell));
    if (!finding.likely_cause.empty()) {
      line += ". Likely cause: " + markdown_text(finding.likely_cause, kLongestCell);
    }
    if (!finding.cure.empty()) line += ". Cure: " + markdown_text(finding.cure, kLongestCell);
    lines.add(line + "\n");
  }
  for (const Unseen& group : unseen_of(record)) {
    if (group.scenarios.size() == 1) continue;  // Its row says it.
    lines.add(fmt::format("- **inconclusive, {} scenarios**: {}\n", group.scenarios.size(),
                          markdown_text(group.why, kLongestCell)));
  }
  return lines.empty() ? "" : lines.finish("causes") + "\n";
}

// What fails no longer though the baseline lists it is news too.
std::string news_of(const RunRecord& record) {
  std::string out = causes_text(record) + table(record, Part::kNew);
  if (!has_baseline(record)) return out;
  Bounded stale(kLongestStale);
  for (const auto& entry : record.stale) {
    stale.add(fmt::format("- Stale baseline entry: {} at {} no longer fails\n", word(entry.id),
                          word(entry.revision)));
  }
  out += stale.finish("stale entries");
  return "### New since the baseline\n\n" + (out.empty() ? "Nothing.\n" : out) + "\n";
}

// Where the reader of a pull request, who has no terminal before him, may ask further.
std::string further(const RunRecord& record) {
  for (const Cause& cause : causes_of(record)) {
    if (cause.finding->requirements.empty()) continue;
    return fmt::format("`tailrace explain ID` tells what the specification says under an id such "
                       "as {}, and `tailrace reproduce RUN_DIR SCENARIO` writes a script that "
                       "shows a failure without Tailrace.\n\n",
                       word(cause.finding->requirements.front()));
  }
  return "";
}

std::string end_of(const RunRecord& record) {
  Bounded end(kLongestEnd);
  for (const std::string& each : unstable_lines(record)) {
    end.add(fmt::format("- Unstable: {}\n", markdown_text(each, kLongestCell)));
  }
  for (const NotAsked& group : not_asked_by_reason(record)) {
    end.add(fmt::format("- Not asked ({}): {}\n", group.ids.size(),
                        markdown_text(group.why, kLongestCell)));
  }
  return end.finish("lines");
}

}  // namespace

std::string markdown_report(const RunRecord& record) {
  std::string out = fmt::format("## Tailrace: {} {}\n\n{}\n\n", word(record.role),
                                markdown_text(name_of_implementation(record), kLongestCell),
                                summary_line(record));
  for (const std::string& banner : banners(record)) {
    out += "> " + markdown_text(banner, kLongestPart) + "\n\n";
  }
  out += news_of(record) + findings_of(record) + further(record);
  static constexpr std::pair<Part, const char*> kFolded[] = {
      {Part::kKnown, "known: the baseline lists them"},
      {Part::kNotJudged, "not applicable, with the reason"},
      {Part::kPassed, "passed"}};
  for (const auto& [part, title] : kFolded) {
    if (const auto rows = table(record, part); !rows.empty()) out += folded(title, rows);
  }
  return out + end_of(record);
}

}  // namespace tailrace
