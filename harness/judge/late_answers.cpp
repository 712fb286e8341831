// SPDX-License-Identifier: Apache-2.0
// Checks of calls that are answered late or never.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/client_calls.h"
#include "harness/judge/client_laws.h"
#include "harness/judge/ladder.h"

namespace tailrace {
namespace {

// Told by its outcome: its line and the bytes of a late answer take different ways.
bool is_over_time(const ClientCall& call) {
  const bool before = call.back.at && call.final_at && *call.final_at > *call.back.at;
  return before || call.back.outcome == "limit";
}

std::string text_of(const ClientCall& call) {
  const auto& content = call.final->body["result"]["content"].items();
  return content.empty() ? "" : content.front()["text"].as_string();
}

Finding not_ignored(const Evidence& evidence, std::string_view check, Rule rule,
                    const std::string& harm, const ClientCall& late, const ClientCall& call) {
  Finding finding = finding_of(evidence, check, rule, harm);
  finding.required = "the late answer of a cancelled call is thrown away";
  finding.evidence = ladder_of(evidence.timeline, *late.exchange, *call.exchange);
  return finding;
}

// `harm`: where the late answer came as it may, on its own stream; "" for the level of the rule.
Judgement judge_late(const Evidence& evidence, std::string_view check, Rule rule,
                     const std::string& harm) {
  const auto calls = calls_of(evidence.timeline);
  const auto late = std::ranges::find_if(
      calls, [](const ClientCall& call) { return call.final != nullptr && is_over_time(call); });
  if (late == calls.end()) return not_applicable("no answer came after its call had returned");
  bool told = false;
  for (const ClientCall& call : calls) {
    if (call.final == nullptr || !call.back.text || call.number == late->number) continue;
    told = true;
    if (*call.back.text != text_of(*late) || text_of(call) == text_of(*late)) continue;
    Finding finding = not_ignored(evidence, check, rule, harm, *late, call);
    finding.observed = fmt::format("call {} returned the answer of call {}, which came late",
                                   call.number, late->number);
    finding.likely_cause = "answers go to whoever waits, not to the request with their id";
    finding.cure = "find the waiting call by the id, and drop what finds none";
    return broken(finding);
  }
  return told ? held() : not_applicable("the client does not tell what its calls returned");
}

// How the call ended on whose stream the late answer of another came; "" where it got its own.
std::string failed_by_stray(const Timeline& timeline, const ClientCall& call) {
  const auto& end = timeline.process_ended;
  const bool died = end && !end->what.asked && call.back.at == end->at &&
                    (end->what.signal != 0 || end->what.exit_code != 0);
  if (died) return "ended with the client's process";
  const bool result = call.final != nullptr && call.final->kind == MessageKind::kResult;
  return result && call.back.outcome == "error" ? "came back as error" : "";
}

// Its stream brought the late answer before its own.
bool got_stray(const ClientCall& late, const ClientCall& call) {
  return &late != &call &&
         std::ranges::any_of(call.exchange->events, [&](const StreamEvent& event) {
           return event.message && late.final == &*event.message;
         });
}

Judgement judge_stray(const Evidence& evidence, std::string_view check, Rule rule) {
  Judgement judgement = judge_late(evidence, check, rule, "");
  if (judgement.outcome == Outcome::kBroken) return judgement;
  const auto calls = calls_of(evidence.timeline);
  for (const ClientCall& late : calls) {
    if (late.final == nullptr || !is_over_time(late)) continue;
    for (const ClientCall& call : calls) {
      const std::string how = failed_by_stray(evidence.timeline, call);
      if (how.empty() || !got_stray(late, call)) continue;
      Finding finding = not_ignored(evidence, check, rule, "", late, call);
      finding.observed =
          fmt::format("call {} {} when the late answer of call {} came before its own", call.number,
                      how, late.number);
      finding.likely_cause = "a response whose id no call waits for is taken for an error of its "
                             "stream";
      finding.cure = "drop it, and read on";
      return broken(finding);
    }
  }
  return judgement;
}

Judgement judge_unanswered(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  const auto left = std::ranges::find_if(
      calls, [](const ClientCall& call) { return call.final == nullptr || is_over_time(call); });
  if (left == calls.end()) return inconclusive("no call of the client was left unanswered");
  if (!outlived(timeline, *left)) {
    return left->back.at ? held() : inconclusive("the call was not watched for long enough");
  }
  Finding finding = finding_of(evidence, "unanswered_call_returns", rule, "harm.call_hangs");
  finding.required = "a call that is never answered ends by a limit of its own";
  finding.observed = describe(*left->exchange) + " had no answer, and outlived its own limit";
  finding.likely_cause = "the limit covers the connection, and not the wait for the message";
  finding.cure = "set a time for each request";
  finding.evidence = ladder_of(timeline, *left->exchange);
  return broken(finding);
}

}  // namespace

Check late_answer_is_ignored(Rule rule) {
  constexpr const char* kName = "late_answer_is_ignored";
  return {kName, [=](const Evidence& evidence) {
            return judge_late(evidence, kName, rule, "harm.foreign_answer");
          }};
}

Check stray_answer_is_ignored(Rule rule) {
  constexpr const char* kName = "stray_answer_is_ignored";
  return {kName, [=](const Evidence& evidence) { return judge_stray(evidence, kName, rule); }};
}

Check unanswered_call_returns(Rule rule) {
  return {"unanswered_call_returns",
          [=](const Evidence& evidence) { return judge_unanswered(evidence, rule); }};
}

}  // namespace tailrace
