// SPDX-License-Identifier: Apache-2.0
#include "reports/junit.h"

#include <fmt/format.h>

#include <map>

#include "harness/wire/utf8.h"
#include "reports/counts.h"

namespace tailrace {
namespace {

// The one place that writes text of others into XML: reserved characters are escaped, and what
// XML 1.0 cannot hold (most control characters) becomes a question mark.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : repaired_utf8(text)) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\n':
      case '\t':
        out += c;
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

std::string text_of(const Finding& finding, const ScenarioResult& result) {
  std::string text = fmt::format("required: {} [{}]\nobserved: {}\n", finding.required,
                                 level_text(finding, result.revision), finding.observed);
  for (const std::string& line : ladder_lines(finding)) text += line + "\n";
  return text + fmt::format("cause: {}\ncure: {}\nagain: {}\n", finding.likely_cause, finding.cure,
                            result.command);
}

struct Tally {
  std::size_t tests = 0, failures = 0, errors = 0, skipped = 0;
  double seconds = 0;
};

bool is_error(const ScenarioResult& result) {
  return result.verdict == Verdict::kInconclusive || result.verdict == Verdict::kHarnessError;
}

bool is_skipped(const ScenarioResult& result) {
  return result.verdict == Verdict::kNotApplicable || !result.baseline.empty();
}

Tally tally_of(const std::vector<const ScenarioResult*>& results) {
  Tally tally;
  for (const ScenarioResult* result : results) {
    ++tally.tests;
    tally.seconds += result->ms / 1000;
    if (is_skipped(*result)) {
      ++tally.skipped;
    } else if (is_error(*result)) {
      ++tally.errors;
    } else if (result->verdict == Verdict::kFail) {
      ++tally.failures;
    }
  }
  return tally;
}

std::string properties_of(const ScenarioResult& result) {
  std::string out = "      <properties>\n";
  const auto property = [&](std::string_view name, std::string_view value) {
    out += fmt::format("        <property name=\"{}\" value=\"{}\"/>\n", xml(name), xml(value));
  };
  property("revision", result.revision);
  property("verdict", name_of(result.verdict));
  for (const auto& id : result.requirements) property("requirement", id);
  for (const auto& m : result.measurements) property(m.name, m.value);
  return out + "      </properties>\n";
}

std::string outcome_of(const ScenarioResult& result) {
  std::string text;
  for (const Finding& finding : result.findings) text += text_of(finding, result);
  if (!result.baseline.empty()) {
    return fmt::format("      <skipped message=\"expected: {}\"/>\n", xml(result.baseline_reason));
  }
  if (is_skipped(result)) {
    return fmt::format("      <skipped message=\"{}\"/>\n", xml(result.reason));
  }
  if (is_error(result)) {
    return fmt::format("      <error message=\"{}\" type=\"{}\">{}</error>\n", xml(result.reason),
                       name_of(result.verdict), xml(text));
  }
  if (result.verdict == Verdict::kFail) {
    const std::string& what = result.findings.empty() ? "" : result.findings.front().observed;
    return fmt::format("      <failure message=\"{}\" type=\"fail\">{}</failure>\n", xml(what),
                       xml(text));
  }
  return text.empty() ? "" : fmt::format("      <system-out>{}</system-out>\n", xml(text));
}

}  // namespace

std::string junit_report(const RunRecord& record) {
  std::map<std::string, std::vector<const ScenarioResult*>> suites;
  std::vector<const ScenarioResult*> all;
  for (const ScenarioResult& result : record.scenarios) {
    suites[suite_of(result)].push_back(&result);
    all.push_back(&result);
  }
  const auto counts = [](const Tally& t) {
    return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{:.3f}\"",
                       t.tests, t.failures, t.errors, t.skipped, t.seconds);
  };
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format("<testsuites name=\"tailrace {}\" {}>\n", xml(name_of_implementation(record)),
                     counts(tally_of(all)));
  for (const auto& [suite, results] : suites) {
    out += fmt::format("  <testsuite name=\"{}\" timestamp=\"{}\" {}>\n", xml(suite),
                       xml(record.started), counts(tally_of(results)));
    for (const ScenarioResult* result : results) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"{} ({})\" time=\"{:.3f}\">\n",
                         xml(suite), xml(result->id), xml(variant_of(*result)), result->ms / 1000);
      out += properties_of(*result) + outcome_of(*result) + "    </testcase>\n";
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace tailrace
