// SPDX-License-Identifier: Apache-2.0
// What belongs to the rounds of one call of a client, and must not stray into others.
#include <fmt/format.h>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/session.h"
#include "harness/judge/stateless_client.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;
constexpr const char* kState = "requestState";
constexpr const char* kAnswers = "inputResponses";

struct Stray {
  Rule rule;
  std::string required, observed, likely_cause, cure;
};

Judgement broken_by(const Evidence& evidence, const Exchange* asked, const Exchange& call,
                    Stray stray) {
  Finding finding = finding_of(evidence, "rounds_keep_to_their_calls", stray.rule);
  finding.required = std::move(stray.required);
  finding.observed = std::move(stray.observed);
  finding.likely_cause = std::move(stray.likely_cause);
  finding.cure = std::move(stray.cure);
  finding.evidence = asked == nullptr ? ladder_of(evidence.timeline, call)
                                      : ladder_of(evidence.timeline, *asked, call);
  return broken(std::move(finding));
}

// Calls are made one after the other: each that brings an answer is the round after the result
// that asked last.
Judgement judge_rounds(const Evidence& evidence, Rule own_call, Rule no_state) {
  const Exchange *asked = nullptr, *before = nullptr;
  std::size_t calls = 0;
  bool gave_without_state = false, called_plainly = false;
  for (const Exchange& call : evidence.timeline.exchanges) {
    if (!is_tool_call(call)) continue;
    ++calls;
    const Json& params = call.asked->body["params"];
    const bool has_state = params.find(kState) != nullptr;
    const Json* const answers = params.find(kAnswers);
    const bool is_round =
        has_state || (answers != nullptr && (asked != nullptr || !answers->members().empty()));
    // A round whose stream was lost is sent again (SH-DISC-09).
    const bool again = asked == nullptr && before != nullptr && before->final_message() == nullptr;
    if (is_round && again) continue;
    if (is_round && asked == nullptr) {
      return broken_by(evidence, before, call,
                       {own_call, "a call that nobody asked input for has none",
                        fmt::format("{} has {}, and no result before it asked for that",
                                    describe(call), has_state ? kState : kAnswers),
                        "the parameters of a round are kept for the calls after it",
                        "make the parameters of each call anew, those of a round from its own"});
    }
    if (is_round && has_state && asked->final_message()->body["result"].find(kState) == nullptr) {
      return broken_by(evidence, asked, call,
                       {no_state, "a round has a state where the result before it had one",
                        fmt::format("{} has the state {}, and the result before it had none",
                                    describe(call), excerpt(to_text(params[kState]), kExcerpt)),
                        "the state of an earlier round, or an empty one, is sent where none came",
                        "leave the state out where the result has none"});
    }
    gave_without_state |= is_round && !has_state;
    called_plainly |= !is_round && before != nullptr && asked == nullptr;
    before = &call;
    asked = asks_for_input(call) ? &call : nullptr;
  }
  if (calls == 0) return inconclusive("the client made no call");
  if (!gave_without_state) return not_applicable("the client gives no input without a state");
  return called_plainly ? held() : inconclusive("no call came after the rounds");
}

}  // namespace

Check rounds_keep_to_their_calls(Rule own_call, Rule no_state) {
  return {"rounds_keep_to_their_calls", [=](const Evidence& evidence) {
            return judge_rounds(evidence, own_call, no_state);
          }};
}

}  // namespace tailrace
