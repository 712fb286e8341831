// SPDX-License-Identifier: Apache-2.0
#include "reports/console.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/wire/escape.h"
#include "reports/counts.h"

namespace tailrace {
namespace {

constexpr std::size_t kLongestReason = 300;  // Bytes
constexpr std::size_t kIdWidth = 50;

class ConsoleReport {
 public:
  ConsoleReport(const RunRecord& record, const ConsoleOptions& options)
      : record_(record), options_(options) {}

  std::string write() {
    add("{} {} ({} network, profile {})\n", record_.role, name_of_implementation(record_),
        record_.network, record_.profile);
    if (const auto banner = packet_banner(record_); !banner.empty()) {
      add("{}\n", painted("33", banner));
    }
    scenarios();
    for (const ScenarioResult& result : record_.scenarios) failure(result);
    for (const auto& entry : record_.stale) {
      add("\nstale baseline entry: {} at {} no longer fails ({})\n", entry.id, entry.revision,
          excerpt(entry.reason, kLongestReason));
    }
    for (const auto& text : record_.not_asked) {
      add("not asked: {}\n", excerpt(text, kLongestReason));
    }
    add("\n{}\n", summary_line(record_));
    return std::move(out_);
  }

 private:
  template <class... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  std::string painted(std::string_view code, const std::string& text) const {
    return options_.colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
  }

  std::string verdict_word(const ScenarioResult& result) const {
    const std::string word = fmt::format("{:<14}", name_of(result.verdict));
    if (!result.baseline.empty()) return painted("2", fmt::format("{:<14}", "expected"));
    switch (result.verdict) {
      case Verdict::kPass:
        return painted("32", word);
      case Verdict::kFail:
      case Verdict::kHarnessError:
        return painted("31", word);
      case Verdict::kWarn:
      case Verdict::kInconclusive:
        return painted("33", word);
      case Verdict::kNotApplicable:
        return painted("2", word);
    }
    return word;
  }

  void scenarios() {
    std::string suite;
    for (const ScenarioResult& result : record_.scenarios) {
      if (suite_of(result) != suite) {
        suite = suite_of(result);
        add("\n{}\n", painted("1", suite));
      }
      add("  {} {:<{}} {:>8.0f} ms  {}\n", verdict_word(result), result.id, kIdWidth, result.ms,
          variant_of(result));
      if (!result.reason.empty()) add("      {}\n", excerpt(result.reason, kLongestReason));
      if (!result.baseline.empty()) {
        add("      expected: {}\n", excerpt(result.baseline_reason, kLongestReason));
      }
      measurements(result);
    }
  }

  void measurements(const ScenarioResult& result) {
    const bool only_measures = result.verdict == Verdict::kPass && !options_.verbose;
    if (only_measures || result.measurements.empty()) return;
    std::string line;
    for (const Measurement& m : result.measurements) {
      line += fmt::format("{}{} {}", line.empty() ? "" : ", ", m.name, excerpt(m.value, 80));
    }
    add("      {}\n", line);
  }

  void failure(const ScenarioResult& result) {
    if (!result.baseline.empty()) return;
    for (const Finding& finding : result.findings) {
      const bool note = finding.level == Level::kNote;
      if (note && !options_.verbose) continue;
      const bool warns = note || finding.level == Level::kShould;
      add("\n{}  {}\n",
          painted(warns ? "33" : "31", note    ? "note"
                                       : warns ? "warn"
                                               : "FAIL"),
          painted("1", result.id));
      part("required",
           fmt::format("{}  [{}]", finding.required, level_text(finding, result.revision)));
      part("observed", finding.observed);
      const auto ladder = ladder_lines(finding);
      if (!ladder.empty()) add("  evidence    {}\n", result.history);
      for (const std::string& line : ladder) {
        const bool gap = line.front() == '>';
        add("    {}\n", gap ? painted("31", line) : line);
      }
      part("cause", finding.likely_cause);
      part("cure", finding.cure);
      part("again", result.command);
    }
  }

  void part(std::string_view name, const std::string& text) {
    if (!text.empty()) add("  {:<11} {}\n", name, excerpt(text, 1000));
  }

  const RunRecord& record_;
  const ConsoleOptions& options_;
  std::string out_;
};

}  // namespace

std::string console_report(const RunRecord& record, const ConsoleOptions& options) {
  return ConsoleReport(record, options).write();
}

}  // namespace tailrace
