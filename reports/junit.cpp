// SPDX-License-Identifier: Apache-2.0
#include "reports/junit.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <span>

#include "harness/wire/escape.h"
#include "reports/counts.h"
#include "reports/finding_text.h"
#include "reports/markup.h"

namespace tailrace {
namespace {

constexpr std::size_t kLongestMessage = 400;  // Bytes; the whole text stands in the element.
constexpr std::size_t kLongestWord = 200;     // Bytes of a name or a value.
constexpr std::size_t kMostOfAKind = 50;      // Requirements, or measurements, of one scenario.

enum class Outcome { kPassed, kFailed, kErred, kSkipped };

Outcome outcome_of(const ScenarioResult& result) {
  if (!result.baseline.empty()) return Outcome::kSkipped;
  switch (result.verdict) {
    case Verdict::kFail:
      return Outcome::kFailed;
    case Verdict::kInconclusive:
    case Verdict::kHarnessError:
      return Outcome::kErred;
    case Verdict::kNotApplicable:
      return Outcome::kSkipped;
    case Verdict::kPass:
    case Verdict::kWarn:
      break;
  }
  return Outcome::kPassed;
}

struct Tally {
  std::map<Outcome, std::size_t> of;
  std::size_t tests = 0;
  double seconds = 0;

  void add(Outcome outcome, double ms) {
    ++tests;
    ++of[outcome];
    seconds += ms / 1000;
  }
  std::string attributes() {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                       tests, of[Outcome::kFailed], of[Outcome::kErred], of[Outcome::kSkipped],
                       seconds);
  }
};

std::string word(std::string_view text) {
  return xml_text(excerpt(text, kLongestWord));
}

std::string message(std::string_view text) {
  return xml_text(excerpt(text, kLongestMessage));
}

std::string property(std::string_view name, std::string_view value) {
  return fmt::format("        <property name=\"{}\" value=\"{}\"/>\n", word(name), word(value));
}

std::string text_of(const ScenarioResult& result) {
  std::string out;
  const auto part = [&out](std::string_view name, const std::string& text) {
    if (!text.empty()) out += fmt::format("{}: {}\n", name, text);
  };
  for (const Finding* finding : shown_findings(result, true)) {
    const FindingText text = text_of(*finding, result);
    out += fmt::format("{}\n", word_of(finding->level));
    part("Required", text.required);
    part("Observed", text.observed);
    part("Evidence", text.history);
    for (const std::string& line : text.ladder) out += line + "\n";
    part("Likely cause", text.likely_cause);
    part("Cure", text.cure);
    part("Run again", text.run_again);
  }
  return out;
}

// The first kMostOfAKind of a list.
template <class T>
std::span<const T> first_of(const std::vector<T>& list) {
  return std::span(list).first(std::min(list.size(), kMostOfAKind));
}

std::string properties_of(const ScenarioResult& result) {
  std::string out = "      <properties>\n";
  out += property("revision", result.revision);
  out += property("mode", result.mode);
  out += property("verdict", name_of(result.verdict));
  for (const auto& id : first_of(result.requirements)) out += property("requirement", id);
  const auto findings = shown_findings(result, false);
  if (!findings.empty()) out += property("level", name_of(findings.front()->level));
  for (const Finding* finding : findings) {
    for (const auto& id : first_of(finding->requirements)) out += property("broken", id);
    if (!finding->harm.empty()) out += property("harm", finding->harm);
  }
  for (const auto& m : first_of(result.measurements))
    out += property("measured." + m.name, m.value);
  return out + "      </properties>\n";
}

std::string body_of(const ScenarioResult& result) {
  const std::string text = xml_lines(text_of(result));
  const auto findings = shown_findings(result, false);
  switch (outcome_of(result)) {
    case Outcome::kSkipped:
      return fmt::format("      <skipped message=\"{}\"/>\n",
                         result.baseline.empty() ? message(result.reason)
                                                 : message(std::string(shown_word(result)) + ": " +
                                                           result.baseline_reason));
    case Outcome::kErred:
      return fmt::format("      <error message=\"{}\" type=\"{}\">{}</error>\n",
                         message(result.reason), name_of(result.verdict), text);
    case Outcome::kFailed:
      return fmt::format("      <failure message=\"{}\" type=\"{}\">{}</failure>\n",
                         message(findings.empty() ? result.reason : findings.front()->observed),
                         findings.empty() ? "fail" : name_of(findings.front()->level), text);
    case Outcome::kPassed:
      break;
  }
  return text.empty() ? "" : fmt::format("      <system-out>{}</system-out>\n", text);
}

class JunitReport {
 public:
  explicit JunitReport(const RunRecord& record) : record_(record) {}

  std::string write() {
    std::map<std::string, std::vector<const ScenarioResult*>> suites;
    for (const ScenarioResult& result : record_.scenarios) {
      suites[suite_of(result)].push_back(&result);
    }
    for (const auto& [name, results] : suites) scenarios(name, results);
    if (record_.scenarios.empty()) nothing_ran();
    not_whole();
    stale();
    not_asked();
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"tailrace: {}\" {}>\n"
        "{}</testsuites>\n",
        word(record_.role + " " + name_of_implementation(record_)), all_.attributes(), out_);
  }

 private:
  void scenarios(const std::string& name, const std::vector<const ScenarioResult*>& results) {
    Tally tally;
    std::string cases;
    for (const ScenarioResult* result : results) {
      tally.add(outcome_of(*result), result->ms);
      all_.add(outcome_of(*result), result->ms);
      cases +=
          fmt::format("    <testcase classname=\"{}\" name=\"{} ({})\" time=\"{:.3f}\">\n",
                      word(name), word(result->id), word(variant_of(*result)), result->ms / 1000);
      cases += properties_of(*result) + body_of(*result) + "    </testcase>\n";
    }
    suite(name, tally, cases);
  }

  // No test at all would look like success; of a part of a run it is none of its faults.
  void nothing_ran() {
    Tally tally;
    const bool is_part = record_.shards.size() == 1;
    const Outcome outcome = is_part ? Outcome::kSkipped : Outcome::kErred;
    tally.add(outcome, 0);
    all_.add(outcome, 0);
    suite("run", tally,
          fmt::format("    <testcase classname=\"run\" name=\"run.judges_something\" "
                      "time=\"0.000\">\n      <{}/>\n    </testcase>\n",
                      is_part ? "skipped message=\"nothing is in this part of the run\""
                              : "error message=\"nothing was judged\" type=\"harness_error\""));
  }

  // What was never asked is no success, and pipelines show nothing but cases.
  void not_whole() {
    Tally tally;
    std::string cases;
    const auto add = [&](std::string_view name, const std::string& why) {
      tally.add(Outcome::kErred, 0);
      all_.add(Outcome::kErred, 0);
      cases += fmt::format(
          "    <testcase classname=\"run\" name=\"{}\" time=\"0.000\">\n"
          "      <error message=\"{}\" type=\"not_whole\"/>\n    </testcase>\n",
          name, message(why));
    };
    if (record_.never_driven > 0) {
      add("run.asks_everything", fmt::format("the run was interrupted: {} scenarios were not begun",
                                             record_.never_driven));
    }
    for (const std::string& shard : first_of(record_.missing_shards)) {
      add("run.holds_every_shard", "shard " + shard + " is missing");
    }
    if (tally.tests > 0) suite("run", tally, cases);
  }

  void stale() {
    Tally tally;
    std::string cases;
    for (const StaleBaseline& entry : record_.stale) {
      tally.add(Outcome::kFailed, 0);
      all_.add(Outcome::kFailed, 0);
      cases += fmt::format(
          "    <testcase classname=\"baseline\" name=\"{} ({})\" time=\"0.000\">\n"
          "      <failure message=\"stale: it no longer fails\" type=\"stale\">{}</failure>\n"
          "    </testcase>\n",
          word(entry.id), word(entry.revision), message(entry.reason));
    }
    if (tally.tests > 0) suite("baseline", tally, cases);
  }

  void not_asked() {
    Tally tally;
    std::string cases;
    for (const NotAsked& group : not_asked_by_reason(record_)) {
      for (const std::string& id : group.ids) {
        tally.add(Outcome::kSkipped, 0);
        all_.add(Outcome::kSkipped, 0);
        cases += fmt::format(
            "    <testcase classname=\"not_asked\" name=\"{}\" time=\"0.000\">\n"
            "      <skipped message=\"not asked: {}\"/>\n    </testcase>\n",
            word(id), message(group.why));
      }
    }
    if (tally.tests > 0) suite("not_asked", tally, cases);
  }

  void suite(const std::string& name, Tally& tally, const std::string& cases) {
    out_ += fmt::format("  <testsuite name=\"{}\" timestamp=\"{}\" {}>\n      <properties>\n",
                        word(name), word(record_.started), tally.attributes());
    out_ += property("network", record_.network) + property("profile", record_.profile);
    out_ += property("packets", record_.packets);
    for (const std::string& banner : banners(record_)) {
      out_ += property("banner", banner);
    }
    out_ += "      </properties>\n" + cases + "  </testsuite>\n";
  }

  const RunRecord& record_;
  Tally all_;
  std::string out_;
};

}  // namespace

std::string junit_report(const RunRecord& record) {
  return JunitReport(record).write();
}

}  // namespace tailrace
