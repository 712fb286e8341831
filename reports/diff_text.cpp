// SPDX-License-Identifier: Apache-2.0
// The forms of a diff.
#include <fmt/format.h>

#include <algorithm>

#include "harness/wire/escape.h"
#include "reports/counts.h"
#include "reports/diff.h"
#include "reports/html_style.h"
#include "reports/markup.h"
#include "reports/wrap.h"

namespace tailrace {
namespace {

constexpr std::size_t kCell = 400;             // Bytes
constexpr std::size_t kMostRows = 120;         // In Markdown, whose comments are bounded.
constexpr std::size_t kIndent = 12;

std::string heading(const RunDiff& diff) {
  return fmt::format("{} {} -> {}", excerpt(diff.after->role, kCell),
                     name_of_implementation(*diff.before), name_of_implementation(*diff.after));
}

// " (3 failing)": it is why the exit status is 1 where nothing else broke.
std::string of_added(const RunDiff& diff) {
  const auto failing = std::ranges::count_if(diff.changed, [](const ChangedScenario& one) {
    return one.change == Change::kAdded && one.is_broken();
  });
  return failing == 0 ? "" : fmt::format(" ({} failing)", failing);
}

std::string summary(const RunDiff& diff) {
  std::string line;
  for (const Change change : {Change::kBroke, Change::kWorse, Change::kUnclear, Change::kMended,
                              Change::kAdded, Change::kRemoved}) {
    const auto count =
        std::count_if(diff.changed.begin(), diff.changed.end(),
                      [&](const ChangedScenario& one) { return one.change == change; });
    if (count == 0) continue;
    line += fmt::format("{} {}", count, name_of(change));
    if (change == Change::kAdded) line += of_added(diff);
    line += ", ";
  }
  return line + fmt::format("{} the same", diff.same);
}

}  // namespace

std::string console_diff(const RunDiff& diff, std::size_t width) {
  std::string out = heading(diff) + "\n\n";
  for (const ChangedScenario& one : diff.changed) {
    const DiffText text = text_of(one);
    out += fmt::format("  {:<9} {}  {}: {} -> {}\n", text.change, text.id, text.variant,
                       text.before, text.after);
    if (!text.why.empty()) {
      out += fmt::format("{:{}}{}\n", "", kIndent, wrapped(text.why, kIndent, width));
    }
    if (!text.run_again.empty()) out += fmt::format("{:{}}{}\n", "", kIndent, text.run_again);
  }
  if (!diff.changed.empty()) out += "\n";
  for (const std::string& caveat : caveats_of(diff)) out += wrapped(caveat, 0, width) + "\n";
  return out + summary(diff) + "\n";
}

std::string markdown_diff(const RunDiff& diff) {
  std::string out = fmt::format("## Tailrace: {}\n\n{}\n\n", markdown_text(heading(diff), kCell),
                                summary(diff));
  for (const std::string& caveat : caveats_of(diff)) {
    out += "> " + markdown_text(caveat, kCell) + "\n\n";
  }
  if (diff.changed.empty()) return out;
  out += "| change | scenario | revision | before | after | why |\n"
         "| --- | --- | --- | --- | --- | --- |\n";
  std::size_t rows = 0;
  for (const ChangedScenario& one : diff.changed) {
    if (++rows > kMostRows) break;
    const DiffText text = text_of(one);
    out += fmt::format("| {} | {} | {} | {} | {} | {} |\n", text.change,
                       markdown_text(text.id, kCell), markdown_text(text.variant, kCell),
                       markdown_text(text.before, kCell), markdown_text(text.after, kCell),
                       markdown_text(text.why, kCell));
  }
  if (diff.changed.size() > kMostRows) {
    out += fmt::format("\n{} more in the JSON form\n", diff.changed.size() - kMostRows);
  }
  return out;
}

std::string json_diff(const RunDiff& diff) {
  Json json, changed{Json::Array{}};
  const auto about = [](const RunRecord& record) {
    Json who;
    who.set("name", record.name).set("version", record.version).set("role", record.role);
    return who;
  };
  json.set("schema", "tailrace.diff/1");
  json.set("before", about(*diff.before)).set("after", about(*diff.after));
  for (const ChangedScenario& one : diff.changed) {
    const DiffText text = text_of(one);
    Json row;
    row.set("change", text.change).set("id", text.id).set("revision", one.shown().revision);
    row.set("mode", one.shown().mode).set("before", text.before).set("after", text.after);
    row.set("why", text.why);
    changed.push(std::move(row));
  }
  json.set("changed", std::move(changed));
  json.set("same", std::uint64_t{diff.same});
  Json caveats{Json::Array{}};
  for (const std::string& caveat : caveats_of(diff)) caveats.push(caveat);
  json.set("caveats", std::move(caveats));
  return to_pretty_text(json);
}

std::string junit_diff(const RunDiff& diff) {
  std::string cases;
  std::size_t failures = 0;
  for (const ChangedScenario& one : diff.changed) {
    const DiffText text = text_of(one);
    const bool fails = one.is_broken();
    failures += fails;
    const std::string said =
        xml_text(fmt::format("{} -> {}: {}", text.before, text.after, text.why));
    cases += fmt::format("    <testcase classname=\"{}\" name=\"{} ({})\" time=\"0.000\">\n",
                         text.change, xml_text(text.id), xml_text(text.variant));
    cases += fails ? fmt::format("      <failure message=\"{}\" type=\"{}\">{}</failure>\n", said,
                                 text.change, xml_text(text.run_again))
                   : fmt::format("      <system-out>{}</system-out>\n", said);
    cases += "    </testcase>\n";
  }
  // What stayed is a test that passed: an empty report is taken for one that was lost.
  if (diff.same > 0) {
    cases += fmt::format("    <testcase classname=\"same\" name=\"{} the same\" time=\"0.000\"/>\n",
                         diff.same);
  }
  if (const auto caveats = caveats_of(diff); !caveats.empty()) {
    cases += fmt::format("    <system-out>{}</system-out>\n",
                         xml_text(fmt::format("{}", fmt::join(caveats, "; "))));
  }
  const std::string counts =
      fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\" time=\"0.000\"",
                  diff.changed.size() + (diff.same > 0), failures);
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tailrace diff\" {0}>\n"
      "  <testsuite name=\"{1}\" {0}>\n{2}  </testsuite>\n</testsuites>\n",
      counts, xml_text(heading(diff)), cases);
}

std::string html_diff(const RunDiff& diff) {
  const std::string title = xml_text(heading(diff));
  std::string out = html_head("Tailrace: " + title);
  out += fmt::format("<header><h1>Tailrace: {}</h1><p>{}</p></header>\n<main id=\"main\">\n", title,
                     summary(diff));
  for (const std::string& caveat : caveats_of(diff)) {
    out += fmt::format("<p class=\"banner\">{}</p>\n", xml_text(caveat));
  }
  if (!diff.changed.empty()) {
    out += "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"changes\"><table>\n"
           "<thead><tr><th scope=\"col\">change</th><th scope=\"col\">scenario</th>"
           "<th scope=\"col\">before</th><th scope=\"col\">after</th><th scope=\"col\">why</th>"
           "</tr></thead>\n<tbody>\n";
  }
  for (const ChangedScenario& one : diff.changed) {
    const DiffText text = text_of(one);
    out += fmt::format(
        "<tr><td class=\"v\">{}</td><td>{}<br><span class=\"dim\">{}</span></td>"
        "<td class=\"v {}\">{}</td><td class=\"v {}\">{}</td><td class=\"why\">{}</td></tr>\n",
        text.change, xml_text(text.id), xml_text(text.variant), text.before, text.before,
        text.after, text.after, xml_text(text.why));
  }
  if (!diff.changed.empty()) out += "</tbody></table></div>\n";
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace tailrace
