// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/after_answers.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

// Answered, and not so late that the client was giving up.
bool was_answered_in_time(const Timeline& timeline, const Exchange& call) {
  const auto at = call.final_at();
  return at && (*at - call.request_at) * 2 < call_limit_of(timeline);
}

Judgement judge_cancels(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::size_t late = 0, answered = 0;
  const Exchange *first = nullptr, *notice = nullptr;
  for (const Exchange& call : timeline.exchanges) {
    answered += is_request(call) && was_answered_in_time(timeline, call);
  }
  for (const Exchange& one : timeline.exchanges) {
    const Exchange* const call = cancelled_by(timeline, one);
    if (call == nullptr || !was_answered_in_time(timeline, *call)) continue;
    if (one.request_at < *call->final_at() || late++ > 0) continue;
    first = call;
    notice = &one;
  }
  if (late < kCancelsThatTell) {
    return answered == 0 ? inconclusive("no request was answered in time") : held();
  }
  Finding finding = finding_of(evidence, "answered_calls_are_not_cancelled", rule);
  finding.required = "a cancel names a request that is still under way";
  finding.observed = fmt::format("{} of {} requests were cancelled when they had their answers, {} "
                                 "first",
                                 late, answered, describe(*first));
  finding.likely_cause = "the clean-up of a call always cancels it, also where it has come back";
  finding.cure = "cancel where the caller gives up, and not where the answer has come";
  finding.evidence = ladder_of(timeline, *first, *notice);
  return broken(finding);
}

bool is_lost_session(const Exchange& exchange) {
  return exchange.response && exchange.response->status == kNotFound;
}

Judgement judge_sessions(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const Exchange *error = nullptr, *opened = nullptr;
  for (const Exchange& exchange : timeline.exchanges) {
    const bool over = is_lost_session(exchange) || exchange.request.method == "DELETE";
    if (over) break;  // What comes then has another reason.
    const bool opens = exchange.asked && exchange.asked->method == "initialize";
    if (opens && error == nullptr && opened != nullptr) {
      return not_applicable("the client opens a session for each call");
    }
    if (opens && error != nullptr && opened != nullptr) {
      Finding finding = finding_of(evidence, "session_outlives_errors", Rule{});
      finding.level = Level::kShould;
      finding.required = "an Error ends its request, and the session goes on";
      finding.observed = fmt::format("{} got an Error, and the client opened another session",
                                     describe(*error));
      finding.likely_cause = "an Error of a call is handled like the loss of the session";
      finding.cure = "give the Error to the caller; only 404 says that a session is gone";
      finding.evidence = ladder_of(timeline, *error, exchange);
      return broken(finding);
    }
    if (opens) opened = &exchange;
    const RpcMessage* const final = is_tool_call(exchange) ? exchange.final_message() : nullptr;
    if (final != nullptr && final->kind == MessageKind::kError) error = &exchange;
  }
  return error == nullptr ? inconclusive("no call got an Error") : held();
}

Judgement judge_deleted(const Evidence& evidence) {
  const auto& all = evidence.timeline.exchanges;
  const auto erased = std::ranges::find_if(all, [](const Exchange& exchange) {
    return exchange.request.method == "DELETE" && is_success(exchange) && exchange.ended();
  });
  if (erased == all.end()) return not_applicable("the client deletes no session");
  const auto later = std::ranges::find_if(all, [&](const Exchange& exchange) {
    return exchange.connection == erased->connection && exchange.index > erased->index &&
           exchange.request.method != "DELETE" && session_of(exchange) == session_of(*erased);
  });
  if (later == all.end()) return held();
  Finding finding = finding_of(evidence, "nothing_follows_delete", Rule{});
  finding.level = Level::kShould;
  finding.required = "nothing is sent in a session that was deleted";
  finding.observed = fmt::format("{} followed the answer to DELETE", describe(*later));
  finding.likely_cause = "the session is deleted before what uses it has ended";
  finding.cure = "end calls, notifications and the listening stream first, then DELETE";
  finding.evidence = ladder_of(evidence.timeline, *erased, *later);
  return broken(finding);
}

}  // namespace

Check answered_calls_are_not_cancelled(Rule rule) {
  return {"answered_calls_are_not_cancelled",
          [=](const Evidence& evidence) { return judge_cancels(evidence, rule); }};
}

Check session_outlives_errors() {
  return {"session_outlives_errors", judge_sessions};
}

Check nothing_follows_delete() {
  return {"nothing_follows_delete", judge_deleted};
}

}  // namespace tailrace
