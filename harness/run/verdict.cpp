// SPDX-License-Identifier: Apache-2.0
#include "harness/run/verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/judge/always.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/session.h"
#include "harness/record/marks.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kMethodWord = 40, kMethodsNamed = 6, kLineShown = 80;
constexpr std::array<std::string_view, 3> kOutcomes = {"result", "error", "limit"};

// Most severe first; not_applicable gives way to everything that was really judged.
int severity(Verdict verdict) {
  switch (verdict) {
    case Verdict::kFail:
      return 5;
    case Verdict::kHarnessError:
      return 4;
    case Verdict::kInconclusive:
      return 3;
    case Verdict::kWarn:
      return 2;
    case Verdict::kPass:
      return 1;
    case Verdict::kNotApplicable:
      return 0;
  }
  return 0;
}

Verdict verdict_of(const Judgement& judgement) {
  switch (judgement.outcome) {
    case Outcome::kHeld:
      return Verdict::kPass;
    case Outcome::kNotApplicable:
      return Verdict::kNotApplicable;
    case Outcome::kInconclusive:
      return Verdict::kInconclusive;
    case Outcome::kBroken:
      break;
  }
  Verdict worst = Verdict::kPass;  // Findings that are notes convict nobody.
  for (const Finding& finding : judgement.findings) {
    if (finding.fails()) return Verdict::kFail;
    if (finding.level == Level::kShould) worst = Verdict::kWarn;
  }
  return worst;
}

std::string how_it_ended(const ProcessEnded& end) {
  const std::string how = end.signal != 0
                              ? "it was ended by signal " + std::to_string(end.signal)
                              : "it exited with status " + std::to_string(end.exit_code);
  return how + after_its_words(end);
}

// What was asked last before it ended: the crash need not be of it, but whoever looks begins there.
const Exchange* last_asked(const Timeline& timeline, MonoTime end) {
  const Exchange* last = nullptr;
  for (const Exchange& exchange : timeline.exchanges) {
    if (exchange.request_at > end) continue;
    if (last == nullptr || exchange.request_at >= last->request_at) last = &exchange;
  }
  return last;
}

// A server that ended during a scenario, unasked, took every client's calls with it.
void judge_process(const Evidence& evidence, Side under_test, ScenarioResult& result) {
  const auto& ended = evidence.timeline.process_ended;
  if (!ended || ended->what.asked) return;
  const bool client_done = under_test == Side::kClient && ended->what.signal == 0;
  if (client_done) return;
  Finding finding = finding_of(evidence, "process_stays_alive", Rule{}, "harm.process_ended");
  finding.required = "the implementation survives the scenario";
  finding.observed = how_it_ended(ended->what);
  finding.likely_cause = "a crash; all that it printed is in output.txt of the run's folder";
  finding.cure = "run the command below and read what it prints";
  if (const Exchange* last = last_asked(evidence.timeline, ended->at)) {
    finding.observed += "; the last request before was " + describe(*last);
    finding.evidence = ladder_of(evidence.timeline, *last);
  }
  finding.evidence.push_back(
      gap_line(evidence.timeline, ended->at, "the implementation's process is gone"));
  // First: answers that are lost with it have no other cause.
  result.findings.insert(result.findings.begin(), std::move(finding));
  result.verdict = Verdict::kFail;
}

// One that serves had said that it was through with this scenario, and was then of no use for the
// next, which a fresh one took well. That it hung may have been for want of time: it is said.
void judge_late_end(const Evidence& evidence, ScenarioResult& result) {
  const auto& ended = evidence.timeline.late_end;
  if (!ended) return;
  Finding finding = finding_of(evidence, "process_takes_next_scenario", Rule{},
                               ended->what.asked ? "" : "harm.process_ended");
  if (ended->what.asked) finding.level = Level::kShould;
  finding.required = "a client that is through with a scenario takes the next one";
  finding.observed = ended->what.asked ? "it did not, and we ended it" : how_it_ended(ended->what);
  finding.likely_cause = "something of a closed session goes on, and fails or blocks";
  finding.cure = "run the scenario before the next one, and read the implementation's output";
  finding.evidence.push_back(
      gap_line(evidence.timeline, ended->at, "after it had said that it was through"));
  result.findings.push_back(std::move(finding));
  const Verdict verdict = ended->what.asked ? Verdict::kWarn : Verdict::kFail;
  if (severity(verdict) > severity(result.verdict)) result.verdict = verdict;
}

void take(const Judgement& judgement, ScenarioResult& result) {
  const Verdict verdict = verdict_of(judgement);
  if (severity(verdict) >= severity(result.verdict)) {
    if (!judgement.reason.empty()) result.reason = judgement.reason;
    result.verdict = verdict;
  }
  result.findings.insert(result.findings.end(), judgement.findings.begin(),
                         judgement.findings.end());
  result.measurements.insert(result.measurements.end(), judgement.measurements.begin(),
                             judgement.measurements.end());
}

// What another scenario asks for is convicted in this one too.
void judge_always(const Scenario& scenario, const Evidence& evidence, HeardLaws& heard,
                  ScenarioResult& result) {
  for (const Check& law : laws_of_every(scenario.under_test())) {
    const bool asked = std::ranges::any_of(
        scenario.spec().checks, [&](const Check& check) { return check.name == law.name; });
    if (asked) continue;
    auto known = heard.find(law.name);
    if (known == heard.end()) known = heard.emplace(law.name, law.judge(evidence)).first;
    const Judgement& judgement = known->second;
    if (judgement.outcome != Outcome::kBroken) continue;
    // The scenario's own checks know better how it came to that harm.
    const std::string& harm = judgement.findings.front().harm;
    const bool told = !harm.empty() && std::ranges::any_of(result.findings, &Finding::fails);
    if (!told) take(judgement, result);
  }
}

// How servers say that they have no tool of this name: invalid params, or a refusal in words.
bool says_unknown(const RpcMessage& answer, const std::string& tool) {
  constexpr std::int64_t kInvalidParams = -32602;
  if (answer.kind == MessageKind::kError) return answer.error_code == kInvalidParams;
  const Json& result = answer.body["result"];
  if (!result["isError"].as_bool()) return false;
  return std::ranges::any_of(result["content"].items(), [&](const Json& part) {
    const std::string& text = part["text"].as_string();
    const bool names_it = text.find(tool) != std::string::npos;
    return names_it && (text.find("nknown") != std::string::npos ||
                        text.find("not found") != std::string::npos);
  });
}

// Of calls of this tool: the one whose answer says that there is none, where no other had another.
const Exchange* unknown_call(const Timeline& timeline, const std::string& tool) {
  const Exchange* unknown = nullptr;
  for (const Exchange& exchange : timeline.exchanges) {
    const RpcMessage* const answer = exchange.final_message();
    if (!is_request(exchange) || !is_success(exchange) || answer == nullptr) continue;
    if (exchange.asked->body["params"]["name"].as_string() != tool) continue;
    if (!says_unknown(*answer, tool)) return nullptr;
    unknown = &exchange;
  }
  return unknown;
}

// A scenario that calls a tool which the server does not have asks nothing.
std::string misnamed_tool(const Timeline& timeline) {
  for (const auto& mark : timeline.marks) {
    if (mark.what.name != kMarkNamedTool) continue;
    const Exchange* const call = unknown_call(timeline, mark.what.value);
    if (call == nullptr) continue;
    return fmt::format("the tool '{}' is not the server's, as its answer says ({}): is it named "
                       "right in the manifest?",
                       excerpt(mark.what.value, kMethodWord), describe(*call->final_message()));
  }
  return "";
}

std::string last_wait(const Timeline& timeline) {
  if (timeline.deadlines.empty()) return "";
  const auto& passed = timeline.deadlines.back().what;
  const bool at_once = passed.limit == Millis(0);  // No time would have helped.
  const std::string time = at_once ? "" : " " + std::to_string(passed.limit.count()) + " ms";
  return "waited" + time + " for " + passed.waited_for;
}

// For who wonders why nothing could be asked of a client: what it did instead of a call.
std::string instead_of_calls(const Timeline& timeline) {
  std::vector<std::string> asked;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method.empty()) continue;
    const std::string method = excerpt(exchange.asked->method, kMethodWord);
    if (method == "tools/call") return "";
    if (std::ranges::find(asked, method) == asked.end()) asked.push_back(method);
    if (asked.size() == kMethodsNamed) break;
  }
  const auto& end = timeline.process_ended;
  if (asked.empty()) {
    if (!end || end->what.asked || end->what.exit_code == 0) return "";
    return "; the client ended before it sent anything" + after_its_words(end->what) +
           ": output.txt has all that it printed";
  }
  std::string text = fmt::format("; the client sent {} and called no tool", fmt::join(asked, ", "));
  if (const std::size_t told = told_calls(timeline).size(); told > 0) {
    return text + fmt::format(", though it told of {} calls", told);
  }
  if (end && !end->what.asked && end->what.exit_code != 0) {
    return text + fmt::format(", and ended with status {}{}: output.txt has all that it printed",
                              end->what.exit_code, after_its_words(end->what));
  }
  return text + ": any that our tools/list names will do";
}

// Where a line of the adapter breaks its contract, nothing it says can be charged to the client.
std::string slip_of_adapter(const Timeline& timeline) {
  for (const ToldCall& told : told_calls(timeline)) {
    const bool known = std::ranges::find(kOutcomes, told.outcome) != kOutcomes.end();
    if (known && told.number >= 1) continue;
    return fmt::format("the adapter printed {}; its contract has calls from 1 and the outcomes "
                       "{} (fixtures/sut/README.md)",
                       excerpt(told.line, kLineShown), fmt::join(kOutcomes, ", "));
  }
  return "";
}

}  // namespace

void judge_scenario(const Scenario& scenario, const Evidence& evidence, ScenarioResult& result) {
  HeardLaws heard;
  judge_scenario(scenario, evidence, heard, result);
}

void judge_scenario(const Scenario& scenario, const Evidence& evidence, HeardLaws& heard,
                    ScenarioResult& result) {
  const Timeline& timeline = evidence.timeline;
  result.verdict = Verdict::kNotApplicable;
  result.requirements = scenario.requirements(evidence.catalogue, evidence.revision);
  if (const std::string slip = slip_of_adapter(timeline); !slip.empty()) {
    result.verdict = Verdict::kInconclusive;
    result.reason = slip;
    return;
  }
  std::string unasked;  // Why the first check, which is the scenario's question, does not apply.
  for (const Check& check : scenario.spec().checks) {
    const Judgement judgement = check.judge(evidence);
    const bool first = &check == &scenario.spec().checks.front();
    if (first && judgement.outcome == Outcome::kNotApplicable) unasked = judgement.reason;
    take(judgement, result);
  }
  if (!unasked.empty() && result.verdict == Verdict::kPass) {
    result.verdict = Verdict::kNotApplicable;  // Declined is not unmet, whatever else held.
    result.reason = unasked;
  }
  judge_always(scenario, evidence, heard, result);
  judge_process(evidence, scenario.under_test(), result);
  judge_late_end(evidence, result);
  if (result.verdict == Verdict::kFail) {
    result.reason.clear();  // Of another check: the findings tell.
    return;
  }
  const std::string misnamed = misnamed_tool(timeline);
  if (!timeline.troubles.empty()) {
    result.verdict = Verdict::kHarnessError;
    result.reason = timeline.troubles.front().what.what;
  } else if (!timeline.declined.empty() && result.verdict != Verdict::kWarn) {
    result.verdict = Verdict::kNotApplicable;
    result.reason = timeline.declined.back().what.why;
  } else if (const std::string wait = last_wait(timeline); !wait.empty()) {
    // The script could not go on, so a check that holds held for a part of the question only.
    if (severity(result.verdict) < severity(Verdict::kInconclusive)) {
      result.verdict = Verdict::kInconclusive;
    }
    result.reason = wait + (result.reason.empty() ? "" : "; " + result.reason);
  }
  if (!misnamed.empty() && result.verdict != Verdict::kWarn) {
    result.verdict = Verdict::kNotApplicable;
    result.reason = misnamed;
  }
  if (result.verdict == Verdict::kInconclusive && scenario.under_test() == Side::kClient) {
    result.reason += instead_of_calls(timeline);
  }
  const bool needs_reason = result.verdict == Verdict::kNotApplicable ||
                            result.verdict == Verdict::kInconclusive ||
                            result.verdict == Verdict::kHarnessError;
  if (!needs_reason) result.reason.clear();
}

int exit_status(const RunRecord& record, FailOn fail_on) {
  bool failed = !record.stale.empty(), trouble = false, judged = false;
  bool unseen = !record.missing_shards.empty() || record.never_driven > 0;
  for (const ScenarioResult& result : record.scenarios) {
    judged |= result.verdict != Verdict::kNotApplicable;
    if (!result.baseline.empty()) continue;  // As expected.
    trouble |= result.verdict == Verdict::kHarnessError;
    unseen |= result.verdict == Verdict::kInconclusive;
    failed |= result.verdict == Verdict::kFail && fail_on != FailOn::kMust;
    failed |= result.verdict == Verdict::kWarn && fail_on == FailOn::kShould;
    // A finding counts also where another check of its scenario could not see enough.
    failed |= std::ranges::any_of(result.findings, [&](const Finding& finding) {
      const bool must = finding.level == Level::kMust || finding.breaks_must;
      const bool should = finding.level == Level::kShould && fail_on == FailOn::kShould;
      return should || (must && finding.fails());
    });
  }
  // A part of a run may have nothing to judge; merged, all of them have.
  const bool is_part = record.shards.size() == 1 && record.missing_shards.empty();
  if (trouble || (!judged && !is_part)) return kExitUnusable;
  if (failed) return kExitFailed;
  return unseen ? kExitInconclusive : kExitClean;
}

}  // namespace tailrace
