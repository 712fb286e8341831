// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/in_flight.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/ladder.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

bool got_result(const Exchange& call) {
  const RpcMessage* const final = call.final_message();
  return final != nullptr && final->kind == MessageKind::kResult &&
         !final->body["result"]["isError"].as_bool();
}

bool is_call(const Exchange& exchange) {
  return is_request(exchange) && exchange.asked->method == "tools/call";
}

// Another call of the tool, that nothing came between.
const Exchange* like_it(const Timeline& timeline, const Exchange& failed) {
  const auto other = std::ranges::find_if(timeline.exchanges, [&](const Exchange& call) {
    return is_call(call) && kind_of(call) == kind_of(failed) && got_result(call);
  });
  return other == timeline.exchanges.end() ? nullptr : &*other;
}

Judgement judge_in_flight(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto* const mark = afterwards(timeline);
  if (mark == nullptr) return inconclusive("the script did not come so far");
  bool judged = false;
  for (const Exchange& call : timeline.exchanges) {
    if (!is_call(call) || call.final_message() == nullptr) continue;
    const bool alone = &call == like_it(timeline, call) || is_cancelled(timeline, call);
    if (alone) continue;
    judged = true;
    if (call.final_message()->kind != MessageKind::kError) continue;
    const Exchange* const other = like_it(timeline, call);
    if (other == nullptr) continue;
    Finding finding =
        finding_of(evidence, "calls_in_flight_get_results", Rule{}, "harm.answer_lost");
    finding.required = "a call that is under way gets its own answer, whatever ends beside it";
    finding.observed =
        fmt::format("{} got {} beside {}; the same call got a Result otherwise", describe(call),
                    describe(*call.final_message()), mark->what.value);
    finding.likely_cause = "what ends with one stream, a context or a task group, is that of the "
                           "whole session";
    finding.cure = "give each request a context of its own, and end that alone";
    finding.evidence = ladder_of(timeline, call, *other);
    return broken(finding);
  }
  return judged ? held() : not_applicable("no two calls of one tool were answered");
}

}  // namespace

Check calls_in_flight_get_results() {
  return {"calls_in_flight_get_results", judge_in_flight};
}

}  // namespace tailrace
