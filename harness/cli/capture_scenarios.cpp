// SPDX-License-Identifier: Apache-2.0
#include "harness/cli/capture_scenarios.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "harness/base/endpoint.h"
#include "harness/base/ids.h"
#include "harness/cli/explain_capture.h"
#include "harness/wire/escape.h"
#include "reports/finding_text.h"
#include "reports/wrap.h"

namespace tailrace {
namespace {

constexpr std::size_t kWord = 120;      // Bytes of an id, a mode.
constexpr std::size_t kReason = 400;    // Bytes
constexpr std::size_t kIndent = 6;      // Of the parts, and what is unseen.
constexpr std::size_t kPart = 20;       // Where the text of a part stands.
constexpr std::size_t kLadder = 8;      // Of a ladder.
constexpr std::size_t kMostNamed = 3;   // Of those that are alike.
constexpr std::size_t kMostSteps = 12;  // Lines of a ladder; the record has all.

std::string headline(const ScenarioResult& result) {
  return fmt::format("  {}  {}\n", name_of(result.verdict), excerpt(result.id, kWord));
}

std::string indented(const std::string& text, std::size_t width) {
  return fmt::format("{:{}}{}\n", "", kIndent, wrapped(text, kIndent, width));
}

// The mode of who is alone in calling a server is that server.
std::string who(const ScenarioResult& result) {
  const bool is_alone = result.role == name_of(Side::kClient) &&
                        parse_endpoint(result.mode).has_value();
  return fmt::format("{} {}{}", excerpt(result.role, kWord), is_alone ? "of " : "",
                     excerpt(result.mode, kWord));
}

std::string unseen_text(const ScenarioResult& result, std::size_t width) {
  return headline(result) + indented(fmt::format("{}: {}", who(result),
                                                 excerpt(result.reason, kReason)),
                                     width);
}

// Of a thousand clients that one server serves badly the first is told, and how many more.
struct Alike {
  const ScenarioResult* first = nullptr;
  std::vector<const ScenarioResult*> others;
};

// By scenario and rule, whoever broke it; of what could not be seen, by its reason.
std::string likeness(const ScenarioResult& result) {
  std::string key = fmt::format("{}\n{}\n{}", name_of(result.verdict), result.id, result.role);
  if (result.verdict == Verdict::kInconclusive) return key + "\n" + result.reason;
  const Finding& finding = result.findings.front();
  return fmt::format("{}\n{}\n{}", key, finding.required, finding.likely_cause);
}

std::string others_text(const Alike& alike, std::size_t width) {
  if (alike.others.empty()) return "";
  std::vector<std::string> names;
  for (const ScenarioResult* other : alike.others) {
    if (names.size() == kMostNamed) break;
    std::string name = excerpt(other->mode, kWord);
    if (name.empty() || std::ranges::find(names, name) != names.end()) continue;
    names.push_back(std::move(name));
  }
  return indented(fmt::format("and {} more{}{}", alike.others.size(),
                              names.empty() ? "" : ", such as ", fmt::join(names, "; ")),
                  width);
}

// Those around the one that broke the rule, or the first.
std::string ladder_text(const std::vector<std::string>& ladder) {
  const std::size_t at = broken_step(ladder);
  const bool cut = ladder.size() > kMostSteps;
  const std::size_t first =
      cut && at < ladder.size() ? std::min(at - std::min(at, kMostSteps / 2),
                                           ladder.size() - kMostSteps) : 0;
  std::string text;
  for (std::size_t i = first; i < std::min(first + kMostSteps, ladder.size()); ++i) {
    text += fmt::format("{:{}}{}\n", "", kLadder, ladder[i]);
  }
  if (cut) text += fmt::format("{:{}}({} more lines)\n", "", kLadder, ladder.size() - kMostSteps);
  return text;
}

// What is asked of every run is broken in each scenario alike.
bool tells_the_same(const ScenarioResult& one, const ScenarioResult& other) {
  const Finding &mine = one.findings.front(), &theirs = other.findings.front();
  return one.mode == other.mode && one.role == other.role && mine.required == theirs.required &&
         mine.observed == theirs.observed;
}

std::string finding_text(const ScenarioResult& result, const Finding& finding, std::size_t width) {
  const FindingText parts = text_of(finding, result);
  std::string text = headline(result);
  text += indented(fmt::format("{}, {}", who(result), excerpt(result.revision, kWord)), width);
  const auto part = [&](std::string_view name, const std::string& what) {
    if (what.empty()) return;
    text += fmt::format("{:{}}{:<13} {}\n", "", kIndent, name, wrapped(what, kPart, width));
  };
  part("Required", parts.required);
  part("Observed", parts.observed);
  text += ladder_text(parts.ladder);
  part("Likely cause", parts.likely_cause);
  part("Cure", parts.cure);
  return text;
}

std::string alike_text(const Alike& alike, const std::vector<Alike>& told, std::size_t width) {
  const ScenarioResult& result = *alike.first;
  if (result.verdict == Verdict::kInconclusive) {
    return unseen_text(result, width) + others_text(alike, width);
  }
  // Of those before it.
  const auto same = std::ranges::find_if(told, [&](const Alike& other) {
    return &other == &alike || (!other.first->findings.empty() &&
                                tells_the_same(*other.first, result));
  });
  const bool is_first = &*same == &alike;
  const std::string text =
      is_first ? finding_text(result, result.findings.front(), width)
               : headline(result) + indented(fmt::format("the same of {}, as {} says",
                                                         excerpt(result.mode, kWord),
                                                         excerpt(same->first->id, kWord)),
                                             width);
  return text + others_text(alike, width);
}

}  // namespace

void add_scenarios(CaptureJudge& judge, CaptureReport& report) {
  report.scenarios = judge.judge(lost_packets(report));
  std::ranges::move(judge.notes(), std::back_inserter(report.notes));
}

Json scenarios_json(const std::vector<ScenarioResult>& results) {
  RunRecord record;
  record.scenarios = results;
  return to_json(record)["scenarios"];
}

std::string scenarios_text(const std::vector<ScenarioResult>& results, std::size_t width) {
  if (results.empty()) return "";
  std::map<std::string_view, std::size_t> counts;
  std::map<std::string, std::size_t> places;  // In `told`, by likeness.
  std::vector<Alike> told;
  for (const ScenarioResult& result : results) {
    ++counts[name_of(result.verdict)];
    const bool failed = result.verdict == Verdict::kFail || result.verdict == Verdict::kWarn;
    const bool shown = failed ? !result.findings.empty() : result.verdict == Verdict::kInconclusive;
    if (!shown) continue;
    const auto [place, is_new] = places.try_emplace(likeness(result), told.size());
    if (is_new) {
      told.push_back({&result, {}});
    } else {
      told[place->second].others.push_back(&result);
    }
  }
  std::string text;
  for (const auto& [verdict, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "\nConformance: " : ", ", count, verdict);
  }
  text += "\n";
  for (const Alike& alike : told) text += alike_text(alike, told, width);
  return text;
}

bool any_failed(const std::vector<ScenarioResult>& results) {
  return std::any_of(results.begin(), results.end(),
                     [](const ScenarioResult& r) { return r.verdict == Verdict::kFail; });
}

}  // namespace tailrace
