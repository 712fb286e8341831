// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/in_flight.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "harness/judge/ladder.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

// The first answer of the call, on whatever stream; none where none came.
std::optional<Copy> answer_of(const Timeline& timeline, const Exchange& call) {
  const auto copies = copies_of_answer(timeline, call);
  return copies.empty() ? std::nullopt : std::optional(copies.front());
}

// We broke its connection before its answer came there.
bool was_left(const Timeline& timeline, const Exchange& call) {
  const auto& left = timeline.connection(call.connection)->we_ended;
  const auto answered = call.final_at();
  return left && (!answered || *answered > left->at);
}

// A call whose Error the same call of the tool did not get: that one got a Result, later.
struct Failed {
  const Exchange *call = nullptr, *other = nullptr;
  Copy error;
};
struct Calls {
  std::optional<Failed> failed;
  bool compared = false;  // Two calls of one tool were answered.
};

// Whether it came after we had left a call or a stream; true where we left none so.
bool came_behind_a_cut(const Timeline& timeline, MonoTime at) {
  bool any = false;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!was_left(timeline, exchange)) continue;
    any = true;
    if (timeline.connection(exchange.connection)->we_ended->at <= at) return true;
  }
  return !any;
}

Calls compare_calls(const Timeline& timeline, bool left) {
  Calls calls;
  for (const Exchange& call : timeline.exchanges) {
    if (!is_tool_call(call) || was_left(timeline, call) != left) continue;
    const auto answer = answer_of(timeline, call);
    if (!answer || is_cancelled(timeline, call)) continue;
    const auto other = std::ranges::find_if(timeline.exchanges, [&](const Exchange& one) {
      const bool alike = &one != &call && is_tool_call(one) && kind_of(one) == kind_of(call);
      const RpcMessage* const own = alike ? own_answer(one) : nullptr;
      return own != nullptr && own->kind == MessageKind::kResult;
    });
    if (other == timeline.exchanges.end()) continue;
    calls.compared = true;
    if (answer->message->kind != MessageKind::kError) continue;
    if (!came_behind_a_cut(timeline, answer->at)) continue;  // There may be room for one only.
    // A tool may fail by itself. What ends a call from outside ends it sooner than it takes; when
    // the answer of one that we left came, the resume decided.
    const Nanos took = answer->at - call.request_at;
    if (!left && took >= *other->final_at() - other->request_at) continue;
    calls.failed = Failed{&call, &*other, *answer};
    return calls;
  }
  return calls;
}

Finding failed_alone(const Evidence& evidence, const Failed& failed, Finding finding,
                     const std::string& when) {
  finding.observed = fmt::format("{} got {} {}; the same call got a Result otherwise",
                                 describe(*failed.call), describe(*failed.error.message), when);
  const bool elsewhere = failed.error.on != failed.call;
  finding.evidence = ladder_of(evidence.timeline, *failed.call,
                               elsewhere ? *failed.error.on : *failed.other);
  return finding;
}

Judgement judge_in_flight(const Evidence& evidence) {
  const auto* const mark = afterwards(evidence.timeline);
  if (mark == nullptr) return inconclusive("the script did not come so far");
  const auto [failed, compared] = compare_calls(evidence.timeline, false);
  if (!compared) return not_applicable("no two calls of one tool were answered");
  if (!failed) return held();
  Finding finding =
      finding_of(evidence, "calls_in_flight_get_results", Rule{}, "harm.answer_lost");
  finding.required = "a call that is under way gets its own answer, whatever ends beside it";
  finding.likely_cause = "what ends with one stream, a context or a task group, is that of the "
                         "whole session";
  finding.cure = "give each request a context of its own, and end that alone";
  return broken(failed_alone(evidence, *failed, std::move(finding), "beside " + mark->what.value));
}

Judgement judge_left(const Evidence& evidence, Rule rule) {
  const auto [failed, compared] = compare_calls(evidence.timeline, true);
  if (!compared) return not_applicable("no call whose connection broke was answered later");
  if (!failed) return held();
  Finding finding = finding_of(evidence, "disconnect_is_no_cancel", rule);
  finding.required = "a call goes on when its connection breaks: only a cancel cancels it";
  finding.likely_cause = "the handler's context is that of its HTTP request, and ends with the "
                         "connection";
  finding.cure = "let the handler run in a context of the session, and end that by "
                 "notifications/cancelled";
  return broken(failed_alone(evidence, *failed, std::move(finding),
                             "on the resumed stream after its connection broke"));
}

}  // namespace

Check calls_in_flight_get_results() {
  return {"calls_in_flight_get_results", judge_in_flight};
}

Check disconnect_is_no_cancel(Rule rule) {
  return {"disconnect_is_no_cancel",
          [=](const Evidence& evidence) { return judge_left(evidence, rule); }};
}

}  // namespace tailrace
