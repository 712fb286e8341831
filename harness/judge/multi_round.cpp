// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/multi_round.h"

#include <fmt/format.h>

#include <set>

#include "harness/judge/ladder.h"

namespace tailrace {
namespace {

constexpr std::string_view kState = "requestState";

Judgement judge_forged(const Evidence& evidence, Rule rule) {
  std::set<std::string> given;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    const RpcMessage* final = exchange.final_message();
    if (final == nullptr || final->kind != MessageKind::kResult) continue;
    const Json& state = final->body["result"][kState];
    if (state.is_string()) given.insert(state.as_string());
  }
  if (given.empty()) return not_applicable("no result input_required with a requestState came");
  std::size_t forged = 0;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!exchange.asked || exchange.final_message() == nullptr) continue;
    const Json& state = exchange.asked->body["params"][kState];
    if (!state.is_string() || given.contains(state.as_string())) continue;
    ++forged;
    const RpcMessage& final = *exchange.final_message();
    const bool asks_anew = final.body["result"]["resultType"].as_string() == "input_required";
    if (final.kind == MessageKind::kError || asks_anew) continue;
    Finding finding = finding_of(evidence, "forged_state_is_rejected", rule);
    finding.required = "a requestState that the server did not give out is rejected";
    finding.observed = describe(exchange) + " carried an altered state and got a complete result";
    finding.likely_cause = "the state is used without a check of its integrity";
    finding.cure = "sign the state, and answer one that does not verify with an Error";
    finding.evidence = ladder_of(evidence.timeline, exchange);
    return broken(finding);
  }
  return forged == 0 ? inconclusive("no altered state was answered") : held();
}

}  // namespace

Check forged_state_is_rejected(Rule rule) {
  return {"forged_state_is_rejected",
          [=](const Evidence& evidence) { return judge_forged(evidence, rule); }};
}

}  // namespace tailrace
