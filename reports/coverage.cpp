// SPDX-License-Identifier: Apache-2.0
#include "reports/coverage.h"

#include <fmt/format.h>

#include <map>
#include <set>

#include "harness/wire/escape.h"
#include "reports/markup.h"

namespace tailrace {
namespace {

constexpr std::size_t kWord = 120;    // Bytes
constexpr std::size_t kReason = 400;  // Bytes
constexpr std::size_t kMostRows = 2000;

// "broken" outweighs "held", and both outweigh a question that got no answer.
enum class State { kAsked, kHeld, kBroken };

struct Asked {
  State state = State::kAsked;
  std::set<std::string> scenarios;
};

void raise(Asked& asked, State state) {
  if (asked.state < state) asked.state = state;
}

std::map<std::string, Asked> asked_in(const RunRecord& record) {
  std::map<std::string, Asked> asked;
  for (const ScenarioResult& result : record.scenarios) {
    for (const std::string& id : result.requirements) {
      asked[id].scenarios.insert(result.id);
      if (result.verdict == Verdict::kPass) raise(asked[id], State::kHeld);
    }
    for (const Finding& finding : result.findings) {
      if (finding.level == Level::kNote) continue;
      for (const std::string& id : finding.requirements) {
        asked[id].scenarios.insert(result.id);
        raise(asked[id], State::kBroken);
      }
    }
  }
  return asked;
}

std::string cell(std::string_view what, std::size_t limit) {
  return xml_text(excerpt(what, limit));
}

std::string row(std::string_view id, std::string_view level, std::string_view colour,
                std::string_view state, const std::string& why) {
  return fmt::format(
      "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"v {}\">{}</td><td class=\"why\">{}</td>"
      "</tr>\n",
      cell(id, kWord), cell(level, kWord), colour, state, why);
}

std::string row_of(const std::string& id, std::string_view level, const Asked& asked) {
  static constexpr std::string_view kWords[] = {"asked", "held", "broken"};
  static constexpr std::string_view kColours[] = {"inconclusive", "pass", "fail"};
  const auto at = static_cast<std::size_t>(asked.state);
  return row(id, level, kColours[at], kWords[at],
             cell(fmt::format("{}", fmt::join(asked.scenarios, ", ")), kReason));
}

}  // namespace

std::string coverage_section(const RunRecord& record, const std::vector<RequirementRow>& rows) {
  const auto asked = asked_in(record);
  std::map<std::string_view, std::size_t> counts;
  std::set<std::string> told;
  std::string first, excluded;
  for (const RequirementRow& requirement : rows) {
    if (told.size() == kMostRows) break;
    told.insert(requirement.id);
    const auto found = asked.find(requirement.id);
    if (found != asked.end()) {
      static constexpr std::string_view kCounts[] = {"asked without an answer", "held", "broken"};
      ++counts[kCounts[static_cast<std::size_t>(found->second.state)]];
      first += row_of(requirement.id, requirement.level, found->second);
    } else if (requirement.state == "excluded") {
      ++counts["excluded"];
      excluded += row(requirement.id, requirement.level, "not_applicable", "excluded",
                      cell(requirement.reason, kReason));
    } else {
      ++counts["not asked in this run"];
    }
  }
  for (const auto& [id, what] : asked) {  // Of a record that knows more rows than we do.
    if (!told.contains(id) && told.size() < kMostRows) first += row_of(id, "", what);
  }
  if (first.empty() && excluded.empty()) return "";
  std::string line;
  for (const auto& [what, count] : counts) {
    line += fmt::format("{}{} {}", line.empty() ? "" : ", ", count, what);
  }
  return fmt::format(
      "<section aria-labelledby=\"h-req\">\n<h2 id=\"h-req\">Requirements</h2>\n<p>{}</p>\n"
      "<p class=\"dim\">Rows of the specification. held: what was asked of it was kept; excluded: "
      "no test on the wire can break it, or it binds nobody.</p>\n"
      "<details>\n<summary>each of them</summary>\n<div class=\"wide\" tabindex=\"0\" "
      "role=\"group\" aria-label=\"requirements\"><table>\n<thead><tr><th scope=\"col\">id</th>"
      "<th scope=\"col\">level</th><th scope=\"col\">state</th><th scope=\"col\">scenarios, or "
      "reason</th></tr></thead>\n<tbody>\n{}{}</tbody></table></div>\n</details>\n</section>\n",
      line, first, excluded);
}

}  // namespace tailrace
