// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/multi_round.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::string_view kState = "requestState";
constexpr std::size_t kNamed = 40;  // Letters of a name, in words.

// Whether the round was taken, with its state as it was.
bool goes_on(const Exchange& exchange) {
  const RpcMessage& final = *exchange.final_message();
  const bool asks_anew = final.body["result"]["resultType"].as_string() == "input_required";
  return final.kind == MessageKind::kResult && !asks_anew;
}

// MRTR-11 asks for integrity where the state has influence: then nothing goes on without it. None
// where no round without one was answered.
std::optional<bool> state_decides(const Timeline& timeline) {
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.final_message() == nullptr) continue;
    const Json& params = exchange.asked->body["params"];
    if (params["inputResponses"].is_null() || !params[kState].is_null()) continue;
    return !goes_on(exchange);
  }
  return std::nullopt;
}

Judgement judge_forged(const Evidence& evidence, Rule rule) {
  std::set<std::string> given;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    const RpcMessage* final = exchange.final_message();
    if (final == nullptr || final->kind != MessageKind::kResult) continue;
    const Json& state = final->body["result"][kState];
    if (state.is_string()) given.insert(state.as_string());
  }
  if (given.empty()) return not_applicable("no result input_required with a requestState came");
  const auto decides = state_decides(evidence.timeline);
  std::size_t forged = 0;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!exchange.asked || exchange.final_message() == nullptr) continue;
    const Json& state = exchange.asked->body["params"][kState];
    if (!state.is_string() || given.contains(state.as_string())) continue;
    ++forged;
    if (!goes_on(exchange)) continue;
    if (!decides) return inconclusive("nothing tells whether the state decides anything");
    if (!*decides) {
      return not_applicable("the call goes on without its state, too: it decides nothing");
    }
    Finding finding = finding_of(evidence, "forged_state_is_rejected", rule);
    finding.required = "a requestState that the server did not give out is rejected";
    finding.observed = describe(exchange) + " carried an altered state and got a complete result; "
                       "without a state the call does not go on";
    finding.likely_cause = "the state is used without a check of its integrity";
    finding.cure = "sign the state, and answer one that does not verify with an Error";
    finding.evidence = ladder_of(evidence.timeline, exchange);
    return broken(finding);
  }
  return forged == 0 ? inconclusive("no altered state was answered") : held();
}

// Members may come in another order, and a number in another form.
bool is_same(const Json& one, const Json& other) {
  if (one.is_number() && other.is_number()) return one.as_double() == other.as_double();
  if (one.is_array() && other.is_array()) {
    return std::ranges::equal(one.items(), other.items(), is_same);
  }
  if (!one.is_object() || !other.is_object()) return one == other;
  if (one.members().size() != other.members().size()) return false;
  return std::ranges::all_of(one.members(), [&](const Json::Member& member) {
    const Json* twin = other.find(member.first);
    return twin != nullptr && is_same(member.second, *twin);
  });
}

// What of the first request is not in the round; "" where all of it is.
std::string what_is_lost(const RpcMessage& first, const RpcMessage& round) {
  if (first.method != round.method) return "the method " + excerpt(first.method, kNamed);
  const Json& before = first.body["params"];
  const Json& after = round.body["params"];
  for (const std::string_view name : {"name", "uri"}) {
    if (before[name].is_string() && before[name] != after[name]) {
      return fmt::format("the {} {}", name, excerpt(before[name].as_string(), kNamed));
    }
  }
  for (const auto& [name, value] : before["arguments"].members()) {
    const Json* kept = after["arguments"].find(name);
    if (kept == nullptr) return "the argument " + excerpt(name, kNamed);
    if (!is_same(value, *kept)) return "the value of the argument " + excerpt(name, kNamed);
  }
  return "";
}

Judgement judge_repeated(const Evidence& evidence, Rule rule) {
  const auto& exchanges = evidence.timeline.exchanges;
  const auto asked = std::ranges::find_if(exchanges, asks_for_input);
  if (asked == exchanges.end()) return inconclusive("no input was asked for");
  std::size_t rounds = 0;
  for (const Exchange& round : exchanges) {
    if (!is_request(round) || !is_next_round(round)) continue;
    ++rounds;
    const std::string lost = what_is_lost(*asked->asked, *round.asked);
    if (lost.empty()) continue;
    Finding finding = finding_of(evidence, "rounds_repeat_the_call", rule);
    finding.required = "a round that gives input is the request again: its tool and its arguments";
    finding.observed = describe(round) + " is without " + lost + " of " + describe(*asked);
    finding.likely_cause = "the round is made from the state and the answers, and not from the "
                           "request that they belong to";
    finding.cure = "keep the parameters of the request, and add the answers and the state to them";
    finding.evidence = ladder_of(evidence.timeline, *asked, round);
    return broken(finding);
  }
  return rounds == 0 ? not_applicable("the client came to no further round") : held();
}

}  // namespace

Check rounds_repeat_the_call(Rule rule) {
  return {"rounds_repeat_the_call",
          [=](const Evidence& evidence) { return judge_repeated(evidence, rule); }};
}

Check forged_state_is_rejected(Rule rule) {
  return {"forged_state_is_rejected",
          [=](const Evidence& evidence) { return judge_forged(evidence, rule); }};
}

}  // namespace tailrace
