// SPDX-License-Identifier: Apache-2.0
#include "reports/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/wire/escape.h"
#include "reports/causes.h"
#include "reports/counts.h"
#include "reports/coverage.h"
#include "reports/finding_text.h"
#include "reports/html_style.h"
#include "reports/markup.h"
#include "reports/steps.h"

namespace tailrace {
namespace {

constexpr std::size_t kWord = 120;         // Bytes of an id, a revision, a version.
constexpr std::size_t kPart = 1200;        // Bytes of one of the six parts.
constexpr std::size_t kMostMeasured = 60;  // Measurements of one scenario.
constexpr std::size_t kStepsOfAPass = 16, kStepsOfAFinding = 44;
constexpr std::size_t kMostCauses = 40, kMostLinks = 8;
constexpr std::size_t kMostFigures = 600;  // Scenarios with figures: the file stays small.

std::string text(std::string_view what, std::size_t limit = kWord) {
  return xml_text(excerpt(what, limit));
}

bool calls_for_reading(const ScenarioResult& result) {
  return result.baseline.empty() &&
         (result.verdict == Verdict::kFail || result.verdict == Verdict::kHarnessError);
}

std::string captioned(const std::string& caption, const std::string& figure) {
  if (figure.empty()) return "";
  return fmt::format("<figure><figcaption>{}</figcaption>{}</figure>\n", caption, figure);
}

std::string term(std::string_view name, const std::string& html) {
  return html.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, html);
}

std::string part(std::string_view name, const std::string& what) {
  return term(name, text(what, kPart));
}

class HtmlReport {
 public:
  HtmlReport(const RunRecord& record, const HtmlSources& sources)
      : record_(record), sources_(sources) {
    order();
  }

  std::string write() {
    const std::string title =
        text(record_.role) + " " + xml_text(name_of_implementation(record_));
    out_ = html_head("Tailrace: " + title);
    header(title);
    out_ += "<main id=\"main\">\n";
    causes();
    unseen();
    summary();
    scenarios();
    out_ += coverage_section(record_, sources_.requirements);
    leftovers();
    out_ += "</main>\n";
    out_ += fmt::format(
        "<footer>Written by tailrace {} from results.json, schema {}.</footer>\n",
        text(record_.tool_version), kResultsSchema);
    out_ += html_script();
    return std::move(out_) + "</body>\n</html>\n";
  }

 private:
  void header(const std::string& title) {
    const std::string conditions = xml_text(conditions_of(record_));
    out_ += fmt::format("<header>\n<h1>Tailrace: {}</h1>\n<p class=\"dim\">{}{}; "
                        "<code>{}</code></p>\n",
                        title, text(record_.started), conditions.empty() ? "" : ", " + conditions,
                        text(record_.source, kPart));
    for (const std::string& banner : banners(record_)) {
      out_ += fmt::format("<p class=\"banner\">{}</p>\n", xml_text(banner));
    }
    out_ += "<ul class=\"chips\" aria-label=\"verdicts\">\n";
    for (const auto& [verdict, count] : count_verdicts(record_)) chip(name_of(verdict), count);
    for (const std::string_view word : {"expected", "unstable"}) {
      chip(word, static_cast<std::size_t>(std::ranges::count(record_.scenarios, word, shown_word)));
    }
    if (record_.scenarios.empty()) out_ += "<li>nothing was judged</li>\n";
    if (!record_.not_asked.empty()) {
      out_ += fmt::format("<li><a href=\"#h-not\">{} not asked</a></li>\n",
                          record_.not_asked.size());
    }
    out_ += "</ul>\n<p class=\"dim\">Tailrace judges how servers and clients speak the "
            "Streamable HTTP transport of MCP. fail: a MUST is broken, or harm was shown; warn: a "
            "SHOULD is broken; not_applicable: another legal choice was made, or nobody may look; "
            "inconclusive: it could not be seen.</p>\n</header>\n";
  }

  void chip(std::string_view name, std::size_t count) {
    if (count == 0) return;
    out_ += fmt::format("<li><span class=\"v {0}\">{1} {0}</span></li>\n", name, count);
  }

  // What failed comes first, then by suite. A link to a scenario needs its number before it stands.
  void order() {
    for (const ScenarioResult& result : record_.scenarios) {
      if (calls_for_reading(result)) failed_.push_back(&result);
      else suites_[suite_of(result)].push_back(&result);
    }
    for (const auto* result : failed_) numbers_.emplace(result, numbers_.size() + 1);
    for (const auto& [name, results] : suites_) {
      for (const auto* result : results) numbers_.emplace(result, numbers_.size() + 1);
    }
  }

  // The first screen: what broke, each cause once, with its cure and where it was seen.
  void causes() {
    const auto all = causes_of(record_);
    if (all.empty()) return;
    out_ += fmt::format("<section aria-labelledby=\"h-why\">\n<h2 id=\"h-why\">What broke</h2>\n"
                        "<p>{}</p>\n<ul class=\"why\">\n",
                        xml_text(broken_line(record_)));
    for (std::size_t at = 0; at < std::min(all.size(), kMostCauses); ++at) cause(all[at]);
    if (all.size() > kMostCauses) {
      out_ += fmt::format("<li>{} more below</li>\n", all.size() - kMostCauses);
    }
    out_ += "</ul>\n</section>\n";
  }

  void cause(const Cause& cause) {
    const Finding& finding = *cause.finding;
    const std::string_view word = finding.fails() ? "fail" : "warn";
    out_ += fmt::format("<li class=\"{0}\"><span class=\"v {0}\">{0}</span> <b>Required</b>: "
                        "{1}.", word,
                        text(required_text(cause), kPart));
    if (!finding.likely_cause.empty()) {
      out_ += fmt::format(" <b>Likely cause</b>: {}.", text(finding.likely_cause, kPart));
    }
    if (!finding.cure.empty()) out_ += fmt::format(" <b>Cure</b>: {}.", text(finding.cure, kPart));
    out_ += "<br>Seen in";
    links(cause.scenarios);
    out_ += "</li>\n";
  }

  void links(const std::vector<const ScenarioResult*>& results) {
    for (std::size_t at = 0; at < std::min(results.size(), kMostLinks); ++at) {
      const ScenarioResult& result = *results[at];
      out_ += fmt::format("{} <a href=\"#s{}\">{}</a> <span class=\"nb\">{}</span>",
                          at == 0 ? "" : ",", numbers_.at(&result),
                          text(result.id), xml_text(variant_of(result)));
    }
    if (results.size() > kMostLinks) {
      out_ += fmt::format(" and {} more", results.size() - kMostLinks);
    }
  }

  // What nothing can be said of would not be found among what passed.
  void unseen() {
    const auto all = unseen_of(record_);
    if (all.empty()) return;
    out_ += "<section aria-labelledby=\"h-unseen\">\n<h2 id=\"h-unseen\">What could not be seen"
            "</h2>\n<ul class=\"why\">\n";
    for (std::size_t at = 0; at < std::min(all.size(), kMostCauses); ++at) {
      out_ += fmt::format("<li class=\"inconclusive\"><span class=\"v inconclusive\">inconclusive"
                          "</span> {}.<br>So in",
                          text(all[at].why, kPart));
      links(all[at].scenarios);
      out_ += "</li>\n";
    }
    if (all.size() > kMostCauses) {
      out_ += fmt::format("<li>{} more below</li>\n", all.size() - kMostCauses);
    }
    out_ += "</ul>\n</section>\n";
  }

  // Suites down, revisions across.
  void summary() {
    std::map<std::string, std::map<std::string, std::map<std::string_view, std::size_t>>> cells;
    std::map<std::string, bool> revisions;
    for (const ScenarioResult& result : record_.scenarios) {
      const std::string revision = text(result.revision);
      revisions[revision] = true;
      ++cells[suite_of(result)][revision][shown_word(result)];
    }
    if (cells.empty()) return;
    out_ += "<section aria-labelledby=\"h-sum\">\n<h2 id=\"h-sum\">By suite and revision</h2>\n"
            "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"summary\"><table>\n"
            "<thead><tr><th scope=\"col\">suite</th>";
    for (const auto& [revision, there] : revisions) {
      out_ += fmt::format("<th scope=\"col\">{}</th>", revision);
    }
    out_ += "</tr></thead>\n<tbody>\n";
    for (const auto& [suite, row] : cells) {
      out_ += fmt::format("<tr><th scope=\"row\">{}</th>", xml_text(suite));
      for (const auto& [revision, there] : revisions) {
        out_ += "<td>";
        const auto cell = row.find(revision);
        if (cell != row.end()) {
          for (const auto& [word, count] : cell->second) {
            out_ += fmt::format("<span class=\"v {0}\">{1} {0}</span> ", word, count);
          }
        }
        out_ += "</td>";
      }
      out_ += "</tr>\n";
    }
    out_ += "</tbody></table></div>\n</section>\n";
  }

  void filter() {
    out_ += "<form id=\"filter\" hidden aria-label=\"filter scenarios\">\n";
    std::map<std::string_view, std::size_t> words;
    for (const ScenarioResult& result : record_.scenarios) ++words[shown_word(result)];
    for (const auto& [word, count] : words) {
      out_ += fmt::format(
          "<label><input type=\"checkbox\" value=\"{0}\" checked> {0}</label>\n", word);
    }
    out_ += "<label>text <input type=\"search\" id=\"word\"></label>\n"
            "<button type=\"button\" id=\"unfold\">unfold</button>\n"
            "<button type=\"button\" id=\"fold\">fold</button>\n"
            "<span id=\"count\" class=\"dim\" role=\"status\"></span>\n</form>\n";
  }

  void scenarios() {
    if (record_.scenarios.empty()) return;
    out_ += "<section aria-labelledby=\"h-all\">\n<h2 id=\"h-all\">Scenarios</h2>\n";
    filter();
    if (!failed_.empty()) suite("failed", failed_);
    for (const auto& [name, results] : suites_) suite(name, results);
    out_ += "</section>\n";
  }

  void suite(const std::string& name, const std::vector<const ScenarioResult*>& results) {
    out_ += fmt::format("<section class=\"suite\" aria-label=\"{0}\">\n<h3>{0}</h3>\n",
                        xml_text(name));
    for (const ScenarioResult* result : results) scenario(*result);
    out_ += "</section>\n";
  }

  void scenario(const ScenarioResult& result) {
    const std::string_view word = shown_word(result);
    out_ += fmt::format(
        "<details class=\"s\" id=\"s{}\" data-v=\"{}\"{}>\n<summary><span class=\"v {}\">{}</span>"
        "<span class=\"id\">{}</span><span class=\"dim\">{}, {:.2f} ms</span></summary>\n"
        "<div class=\"in\">\n",
        numbers_.at(&result), word, calls_for_reading(result) ? " open" : "", word, word,
        text(result.id), xml_text(variant_of(result)), result.ms);
    if (!result.title.empty()) out_ += fmt::format("<p>{}</p>\n", text(result.title, kPart));
    std::string terms = part("Reason", result.reason) + part("Baseline", result.baseline_reason);
    if (result.findings.empty()) {
      terms += term("Run again", command(result.command));
    }
    if (!terms.empty()) out_ += "<dl>\n" + terms + "</dl>\n";
    for (const Finding* finding : shown_findings(result, true)) this->finding(*finding, result);
    figures(result);
    measurements(result);
    out_ += "</div>\n</details>\n";
  }

  static std::string command(const std::string& line) {
    return line.empty() ? "" : fmt::format("<span class=\"cmd\">{}</span>", text(line, kPart));
  }

  void finding(const Finding& finding, const ScenarioResult& result) {
    const FindingText parts = text_of(finding, result);
    const std::string_view word = word_of(finding.level);
    out_ += fmt::format("<h4 class=\"{}\">{}: {}</h4>\n<dl>\n",
                        word == "FAIL" ? "fail" : word == "warn" ? "warn" : "dim", word,
                        text(finding.check));
    out_ += part("Required", parts.required) + part("Observed", parts.observed);
    out_ += part("Likely cause", parts.likely_cause) + part("Cure", parts.cure);
    if (word != "note") out_ += term("Run again", command(parts.run_again));
    out_ += part("History", parts.history) + "</dl>\n";
    out_ += captioned("Evidence: who said what, and where the rule broke",
                      sequence_figure(shortened(evidence_of(finding), kStepsOfAFinding)));
  }

  void figures(const ScenarioResult& result) {
    if (!sources_.story || ++with_figures_ > kMostFigures) return;
    const auto story = sources_.story(result);
    if (!story) return;
    const bool passed = shown_findings(result, false).empty();
    const auto steps = shortened(steps_of(story->timeline, result.findings),
                                 passed ? kStepsOfAPass : kStepsOfAFinding);
    const bool of_stalls =
        !story->held.empty() ||
        std::any_of(result.measurements.begin(), result.measurements.end(),
                    [](const Measurement& m) { return m.name == "stalls"; });
    if (of_stalls) out_ += captioned("Time of each call, by cause", calls_figure(*story));
    out_ += captioned("Use of connections over time", reuse_figure(story->timeline));
    out_ += captioned("What the process held", growth_figure(story->timeline));
    // The evidence stands above already; the whole is for those who doubt it.
    if (!passed) out_ += "<details><summary>the whole scenario</summary>\n";
    out_ += captioned("Time line of the scenario", sequence_figure(steps));
    if (!passed) out_ += "</details>\n";
  }

  void measurements(const ScenarioResult& result) {
    if (result.measurements.empty()) return;
    out_ += "<dl>\n";
    std::size_t shown = 0;
    for (const Measurement& m : result.measurements) {
      if (++shown > kMostMeasured) break;
      out_ += fmt::format("<dt>{}</dt><dd>{}</dd>\n", text(m.name), text(m.value));
    }
    out_ += "</dl>\n";
  }

  void leftovers() {
    const auto groups = not_asked_by_reason(record_);
    if (groups.empty() && record_.stale.empty()) return;
    out_ +=
        "<section aria-labelledby=\"h-not\">\n<h2 id=\"h-not\">Stale, and not asked</h2>\n<ul>\n";
    for (const StaleBaseline& entry : record_.stale) {
      out_ += fmt::format("<li>stale baseline entry: {} at {} no longer fails ({})</li>\n",
                          text(entry.id), text(entry.revision), text(entry.reason, kPart));
    }
    for (const NotAsked& group : groups) {
      const std::string ids = fmt::format("{}", fmt::join(group.ids, ", "));
      out_ += fmt::format("<li>{} ({}): <code>{}</code></li>\n", xml_text(group.why),
                          group.ids.size(), xml_text(ids));
    }
    out_ += "</ul>\n</section>\n";
  }

  const RunRecord& record_;
  const HtmlSources& sources_;
  std::vector<const ScenarioResult*> failed_;
  std::map<std::string, std::vector<const ScenarioResult*>> suites_;
  std::map<const ScenarioResult*, std::size_t> numbers_;
  std::size_t with_figures_ = 0;
  std::string out_;
};

}  // namespace

std::string html_report(const RunRecord& record, const HtmlSources& sources) {
  return HtmlReport(record, sources).write();
}

}  // namespace tailrace
