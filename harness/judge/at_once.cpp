// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/at_once.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"

namespace tailrace {
namespace {

Judgement judge_waiting(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  const ClientCall* answered = nullptr;
  for (const ClientCall& call : calls) {
    if (!call.final_at || (answered && *answered->final_at <= *call.final_at)) continue;
    answered = &call;
  }
  if (answered == nullptr) return inconclusive("the client made no call that got its response");
  const ClientCall* late = nullptr;
  std::size_t waited = 0;
  for (const ClientCall& call : calls) {
    if (call.exchange->request_at <= *answered->final_at) continue;
    ++waited;
    if (late == nullptr) late = &call;
  }
  const bool beside_get = std::ranges::any_of(timeline.exchanges, is_silent_get);
  if (late == nullptr) {
    Judgement judgement = held();
    judgement.measurements = {{"calls_at_once", fmt::format("{}", calls.size())},
                              {"beside_silent_get", beside_get ? "yes" : "no"}};
    return judgement;
  }
  Finding finding = finding_of(evidence, "calls_do_not_wait_for_each_other", Rule{});
  finding.level = Level::kShould;  // A field regression.
  finding.required = "calls that are made at once are sent without waiting for one another";
  finding.observed = fmt::format(
      "{} of {} calls were sent only when another had its response, first {} {} after {}{}", waited,
      calls.size(), name_of(*late),
      in_millis(late->exchange->request_at - answered->exchange->request_at), name_of(*answered),
      beside_get ? "; a GET without an answer was open" : "");
  finding.likely_cause = "a pool with a limit on the connections to one host, which streams use up";
  finding.cure = "give streams connections beside the pool, or the pool no small limit";
  finding.evidence = ladder_of(timeline, *answered->exchange, *late->exchange);
  return broken(finding);
}

Judgement judge_own_answers(const Evidence& evidence) {
  Judgement judgement = call_returns_what_was_sent(Rule{}).judge(evidence);
  for (Finding& finding : judgement.findings) {
    finding.check = "calls_get_their_own_answers";
    if (finding.harm != "harm.answer_lost") continue;
    finding.harm = "harm.answer_to_wrong_caller";
    finding.likely_cause = "answers are given to calls in the order they come";
    finding.cure = "find the call that waits by the id of the response";
  }
  return judgement;
}

}  // namespace

Check calls_do_not_wait_for_each_other() {
  return {"calls_do_not_wait_for_each_other", judge_waiting};
}

Check calls_get_their_own_answers() {
  return {"calls_get_their_own_answers", judge_own_answers};
}

}  // namespace tailrace
