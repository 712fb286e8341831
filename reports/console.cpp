// SPDX-License-Identifier: Apache-2.0
#include "reports/console.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/wire/escape.h"
#include "reports/causes.h"
#include "reports/counts.h"
#include "reports/finding_text.h"
#include "reports/wrap.h"

namespace tailrace {
namespace {

constexpr std::size_t kLongestReason = 300;  // Bytes
constexpr std::size_t kLongestId = 100;      // Bytes
constexpr std::size_t kWidestId = 60;        // Columns kept free for ids.
constexpr std::size_t kReasonIndent = 17;    // Under the id.
constexpr std::size_t kPartIndent = 16;      // Under a part's text.
constexpr std::size_t kEvidenceIndent = 28;  // Of a ladder's line: mark, time and actor.
// The summary fits one screen of 24 lines; the rest stands above it or in results.json.
constexpr std::size_t kMostAlike = 3;  // Findings of one cause that are told each.
constexpr std::size_t kMostFailures = 6;  // Lines
constexpr std::size_t kMostUnseen = 2;    // Lines
constexpr std::size_t kMostOthers = 2;    // Lines of each other kind
constexpr std::size_t kMostNamed = 2;     // Ids on a line
constexpr std::size_t kShortReason = 160;  // Bytes

constexpr std::string_view kRed = "31", kGreen = "32", kYellow = "33", kBold = "1", kDim = "2";

std::string_view colour_of(const ScenarioResult& result) {
  if (!result.baseline.empty()) return kDim;
  switch (result.verdict) {
    case Verdict::kPass:
      return kGreen;
    case Verdict::kFail:
    case Verdict::kHarnessError:
      return kRed;
    case Verdict::kWarn:
    case Verdict::kInconclusive:
      return kYellow;
    case Verdict::kNotApplicable:
      break;
  }
  return kDim;
}

struct ShownFinding {
  const ScenarioResult* result;
  const Finding* finding;
};

// The worst stands nearest to the summary, where the eye is when the run has ended.
std::vector<ShownFinding> worst_last(const RunRecord& record, bool notes) {
  std::vector<ShownFinding> shown;
  for (const ScenarioResult& result : record.scenarios) {
    if (!result.baseline.empty() && !notes) continue;
    for (const Finding* finding : shown_findings(result, notes))
      shown.push_back({&result, finding});
  }
  std::stable_sort(shown.begin(), shown.end(), [](const ShownFinding& a, const ShownFinding& b) {
    const auto rank = [](const ShownFinding& f) {
      const Level level = f.finding->level;
      return level == Level::kNote ? 0 : level == Level::kShould ? 1 : 2;
    };
    return rank(a) < rank(b);
  });
  return shown;
}

class ConsoleReport {
 public:
  ConsoleReport(const RunRecord& record, const ConsoleOptions& options)
      : record_(record), options_(options) {
    // A column as wide as the longest id that leaves room for the rest of the line.
    std::size_t rest = 0;
    for (const ScenarioResult& result : record.scenarios) {
      rest = std::max(rest, rest_of(result).size());
    }
    const std::size_t taken = kReasonIndent + 1 + rest;
    const std::size_t room =
        options.width == 0 ? kWidestId : options.width - std::min(options.width, taken);
    for (const ScenarioResult& result : record.scenarios) {
      const std::size_t length = excerpt(result.id, kLongestId).size();
      if (length <= std::min(room, kWidestId)) id_width_ = std::max(id_width_, length);
    }
  }

  std::string write() {
    line(fmt::format("{} {}{}", excerpt(record_.role, kLongestId), name_of_implementation(record_),
                     conditions_of(record_).empty() ? "" : " (" + conditions_of(record_) + ")"));
    banner();
    scenarios();
    findings();
    summary();
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

  void banner() {
    for (const std::string& text : banners(record_)) {
      add("{}\n", painted(kYellow, wrapped(text, 0, options_.width)));
    }
  }

  void scenarios() {
    std::string suite;
    for (const ScenarioResult& result : record_.scenarios) {
      if (suite_of(result) != suite) {
        suite = suite_of(result);
        add("\n{}\n", painted(kBold, suite));
      }
      entry(result, shown_word(result));
      below(result.reason);
      below(result.baseline_reason);
      below(measurements(result));
    }
  }

  static std::string rest_of(const ScenarioResult& result) {
    return fmt::format("{:>9.2f} ms  {}", result.ms, variant_of(result));
  }

  // Id, time and variant: on one line, in columns where they fit.
  void entry(const ScenarioResult& result, std::string_view word) {
    const std::string id = excerpt(result.id, kLongestId);
    const std::string rest = rest_of(result);
    const auto fits = [&](std::size_t columns) {
      return options_.width == 0 || kReasonIndent + columns + 1 + rest.size() <= options_.width;
    };
    add("  {} ", painted(colour_of(result), fmt::format("{:<14}", word)));
    if (fits(std::max(id.size(), id_width_))) {
      add("{:<{}} {}\n", id, id_width_, rest);
    } else if (fits(id.size())) {
      add("{} {}\n", id, rest);
    } else {
      add("{}\n{:{}}{:{}} {}\n", id, "", kReasonIndent, "", id_width_, rest);
    }
  }

  void below(const std::string& text) {
    if (text.empty()) return;
    add("{:{}}{}\n", "", kReasonIndent,
        wrapped(excerpt(text, kLongestReason), kReasonIndent, options_.width));
  }

  std::string measurements(const ScenarioResult& result) const {
    std::string line;
    // A block further down says of a finding what was measured.
    const bool told = result.verdict == Verdict::kPass || !shown_findings(result, false).empty();
    if (told && !options_.verbose) return line;
    for (const Measurement& m : result.measurements) {
      line += fmt::format("{}{} {}", line.empty() ? "" : ", ", m.name, m.value);
    }
    return line;
  }

  // What has the cause and the cure of one above points to that one, and shows of its evidence the
  // line that broke the rule: a cause that a dozen scenarios met would push all else from the
  // screen. Of more than a few the names are enough: a wrong header is met by every scenario.
  void findings() {
    std::vector<Told> told;
    const std::vector<ShownFinding> all = worst_last(record_, options_.verbose);
    for (const ShownFinding& shown : all) {
      const auto known = std::ranges::find_if(told, [&](const Told& other) {
        return is_of_one_cause(*other.first.finding, *shown.finding);
      });
      if (known == told.end() || options_.verbose) {
        told.push_back({shown, 1, {}});
        finding(*shown.finding, *shown.result);
      } else if (known->blocks < kMostAlike) {
        ++known->blocks;
        finding_like(shown, *known->first.result);
      } else {
        known->others.push_back(shown.result);
      }
    }
    shortened_ = told.size() < all.size() && !options_.verbose;
    for (const Told& one : told) others_of(one);
  }

  // Findings of one cause: those that have a block of their own, and the others.
  struct Told {
    ShownFinding first;
    std::size_t blocks = 1;
    std::vector<const ScenarioResult*> others;
  };

  void others_of(const Told& told) {
    std::vector<std::string> names;
    for (const ScenarioResult* result : told.others) {
      std::string name = excerpt(result->id, kLongestId) + " " + variant_of(*result);
      if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
    }
    if (names.empty()) return;
    add("\n{}  {} more\n", word_of(told.first.finding->level), names.size());
    part("Scenarios", fmt::format("{}", fmt::join(names, ", ")));
    part("Likely cause", above(*told.first.result));
    part("Cure", above(*told.first.result));
  }

  static std::string above(const ScenarioResult& first) {
    return fmt::format("that of {} {}, above", excerpt(first.id, kLongestId), variant_of(first));
  }

  void finding_like(const ShownFinding& shown, const ScenarioResult& first) {
    const FindingText text = text_of(*shown.finding, *shown.result);
    finding_head(*shown.finding, *shown.result);
    part("Required", text.required);
    part("Observed", text.observed);
    if (!text.ladder.empty()) add("  {:<13} {}\n", "Evidence", text.history);
    const std::size_t broken = broken_step(text.ladder);
    if (broken < text.ladder.size()) ladder_line(text.ladder[broken]);
    if (!text.likely_cause.empty()) part("Likely cause", above(first));
    if (!text.cure.empty()) part("Cure", above(first));
    if (!text.run_again.empty()) add("  {:<13} {}\n", "Run again", text.run_again);
  }

  void finding_head(const Finding& finding, const ScenarioResult& result) {
    const std::string word(word_of(finding.level));
    add("\n{}  {}  {}\n", painted(finding.fails() ? kRed : kYellow, word),
        painted(kBold, excerpt(result.id, kLongestId)), variant_of(result));
  }

  void finding(const Finding& finding, const ScenarioResult& result) {
    const FindingText text = text_of(finding, result);
    finding_head(finding, result);
    part("Required", text.required);
    part("Observed", text.observed);
    if (!text.ladder.empty()) add("  {:<13} {}\n", "Evidence", text.history);
    for (const std::string& line : text.ladder) ladder_line(line);
    part("Likely cause", text.likely_cause);
    part("Cure", text.cure);
    // Not wrapped: it is to be copied.
    if (!text.run_again.empty()) add("  {:<13} {}\n", "Run again", text.run_again);
  }

  void ladder_line(const std::string& line) {
    const std::string text_in_columns = evidence(line);
    add("    {}\n", line.front() == '>' ? painted(kRed, text_in_columns) : text_in_columns);
  }

  // What was seen, under itself; a time or an actor of others may be of any width.
  std::string evidence(const std::string& line) const {
    const bool plain = line.size() > kEvidenceIndent &&
                       std::ranges::all_of(std::string_view(line).substr(0, kEvidenceIndent),
                                           [](char c) { return c >= ' ' && c <= '~'; });
    if (!plain) return line;
    return line.substr(0, kEvidenceIndent) +
           wrapped(line.substr(kEvidenceIndent), 4 + kEvidenceIndent, options_.width);
  }

  void part(std::string_view name, const std::string& text) {
    if (!text.empty()) add("  {:<13} {}\n", name, wrapped(text, kPartIndent, options_.width));
  }

  void summary() {
    out_ += '\n';
    if (shortened_) line("what is told above by another's cause is told whole with --verbose");
    failures();
    unseen();
    Few unstable(*this, options_.verbose ? unlimited() : kMostOthers, "unstable scenarios");
    for (const std::string& each : unstable_lines(record_)) unstable.add("unstable: " + each);
    Few stale(*this, options_.verbose ? unlimited() : kMostOthers, "stale baseline entries");
    for (const auto& entry : record_.stale) {
      stale.add(fmt::format("stale baseline entry: {} at {} no longer fails ({})",
                            excerpt(entry.id, kLongestId), excerpt(entry.revision, kLongestId),
                            excerpt(entry.reason, kShortReason)));
    }
    not_asked();
    banner();
    add("{}\n", summary_line(record_));  // Not wrapped: one line to look for in a log.
    if (options_.exit_status) add("{}\n", exit_line(*options_.exit_status));
  }

  // Which failed, again, where one finding has pushed another from the screen. Those of one cause
  // share a line, unless all is wanted.
  void failures() {
    std::vector<const ScenarioResult*> failed;
    for (const ScenarioResult& result : record_.scenarios) {
      if (!result.baseline.empty()) continue;
      if (result.verdict == Verdict::kFail || result.verdict == Verdict::kHarnessError) {
        failed.push_back(&result);
      }
    }
    if (failed.size() < 2) return;
    Few few(*this, options_.verbose ? unlimited() : kMostFailures, "that failed");
    std::vector<std::pair<const ScenarioResult*, std::size_t>> lines;  // And how many more.
    for (const ScenarioResult* result : failed) {
      const auto known = std::ranges::find_if(lines, [&](const auto& line) {
        return !options_.verbose && is_alike(*line.first, *result);
      });
      if (known == lines.end()) lines.emplace_back(result, 0);
      else ++known->second;
    }
    std::ranges::stable_sort(lines, std::ranges::greater{}, [](const auto& line) {
      return line.second;
    });
    for (const auto& [result, others] : lines) {
      const std::string more =
          others == 0 ? "" : fmt::format(" (and {} more of one cause)", others);
      few.add(fmt::format("{}: {} {}{}", name_of(result->verdict), excerpt(result->id, kLongestId),
                          excerpt(variant_of(*result), kLongestId), more));
    }
  }

  void unseen() {
    Few few(*this, options_.verbose ? unlimited() : kMostUnseen,
            "reasons that something could not be seen");
    for (const Unseen& group : unseen_of(record_)) {
      std::vector<std::string> names;
      for (const ScenarioResult* result : group.scenarios) {
        names.push_back(excerpt(result->id, kLongestId) + " " +
                        excerpt(variant_of(*result), kLongestId));
      }
      few.add(fmt::format("inconclusive ({}): {}: {}", names.size(),
                          excerpt(group.why, kShortReason), some(names)));
    }
  }

  // The first of many names, unless all are wanted.
  std::string some(const std::vector<std::string>& names) const {
    const std::size_t shown = options_.verbose ? names.size() : std::min(names.size(), kMostNamed);
    std::string text = fmt::format(
        "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    if (shown < names.size()) text += fmt::format(" and {} more", names.size() - shown);
    return text;
  }

  static const Finding* failing_of(const ScenarioResult& result) {
    const auto found = std::ranges::min_element(result.findings, {}, &Finding::level);
    return found != result.findings.end() && found->fails() ? &*found : nullptr;
  }

  static bool is_alike(const ScenarioResult& one, const ScenarioResult& other) {
    const Finding *mine = failing_of(one), *theirs = failing_of(other);
    if (mine != nullptr && theirs != nullptr) return is_of_one_cause(*mine, *theirs);
    return mine == theirs && one.id == other.id && variant_of(one) == variant_of(other) &&
           one.reason == other.reason;
  }

  void not_asked() {
    Few few(*this, options_.verbose ? unlimited() : kMostOthers, "reasons not to ask");
    for (const NotAsked& group : not_asked_by_reason(record_)) {
      few.add(fmt::format("not asked ({}): {}: {}", group.ids.size(), group.why, some(group.ids)));
    }
  }

  static constexpr std::size_t unlimited() { return std::size_t{1} << 32; }

  // Writes lines while there are few, then counts.
  class Few {
   public:
    Few(ConsoleReport& report, std::size_t most, std::string_view what)
        : report_(report), most_(most), what_(what) {}
    ~Few() {
      if (seen_ > most_) {
        report_.line(fmt::format("{} more {} in results.json, and with --verbose", seen_ - most_,
                                 what_));
      }
    }
    Few(const Few&) = delete;
    Few& operator=(const Few&) = delete;
    void add(const std::string& text) {
      if (++seen_ <= most_) report_.line(text);
    }

   private:
    ConsoleReport& report_;
    std::size_t most_, seen_ = 0;
    std::string_view what_;
  };

  void line(const std::string& text) { add("{}\n", wrapped(text, 0, options_.width)); }

  const RunRecord& record_;
  const ConsoleOptions& options_;
  std::size_t id_width_ = 0;
  bool shortened_ = false;  // Some findings point to others.
  std::string out_;
};

}  // namespace

std::string console_report(const RunRecord& record, const ConsoleOptions& options) {
  return ConsoleReport(record, options).write();
}

}  // namespace tailrace
