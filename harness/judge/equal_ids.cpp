// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/equal_ids.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/ladder.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

bool is_error(const Exchange& exchange) {
  const RpcMessage* const final = exchange.final_message();
  return final != nullptr && final->kind == MessageKind::kError;
}

// What is asked behind the mark has the ids of requests whose streams were closed a while ago.
Judgement judge_free_ids(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto* mark = afterwards(timeline);
  if (mark == nullptr) return inconclusive("the script did not come so far");
  std::size_t answered = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!is_request(exchange) || exchange.request_at < mark->at) continue;
    if (is_refused_for_now(exchange)) continue;  // For want of room.
    const RpcMessage* const final = exchange.final_message();
    const bool refused = final != nullptr && final->kind == MessageKind::kError;
    answered += final != nullptr;
    if (!refused && !is_refused(exchange)) continue;
    Finding finding =
        finding_of(evidence, "ids_of_closed_requests_are_free", Rule{}, "harm.request_refused");
    finding.required = "a request is served whatever the ids of others were, which are over";
    finding.observed = fmt::format("{} was refused with {}, after a request with its id had been "
                                   "cancelled by close",
                                   describe(exchange), refused ? describe(*final)
                                                               : "an error status");
    finding.likely_cause = "ids are kept by process to tell repeats from new requests, and stay "
                           "when their stream was closed";
    finding.cure = "forget the id with its stream: other clients may use it, too";
    finding.evidence = ladder_of(timeline, exchange);
    return broken(finding);
  }
  return answered == 0 ? inconclusive("nothing was answered afterwards") : held();
}

bool is_of_other_client(const Exchange& a, const Exchange& b) {
  const std::string of_a = session_of(a), of_b = session_of(b);
  return of_a.empty() && of_b.empty() ? a.connection != b.connection : of_a != of_b;
}

bool are_at_once(const Exchange& a, const Exchange& b) {
  const auto begins_before_end = [](const Exchange& one, const Exchange& other) {
    return !other.ended_at || one.request_at < *other.ended_at;
  };
  return begins_before_end(a, b) && begins_before_end(b, a);
}

Judgement judge_equal(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  std::set<std::string> served;  // Kinds of requests
  std::size_t met = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    if (is_request(exchange) && own_answer(exchange) && !is_error(exchange)) {
      served.insert(kind_of(exchange));
    }
  }
  for (const Exchange& one : timeline.exchanges) {
    if (!is_request(one)) continue;
    const auto other = std::ranges::find_if(timeline.exchanges, [&](const Exchange& two) {
      return is_request(two) && two.asked->id == one.asked->id && is_of_other_client(one, two) &&
             are_at_once(one, two);
    });
    if (other == timeline.exchanges.end()) continue;
    ++met;
    const bool refused = is_error(one) || (is_refused(one) && !is_refused_for_now(one));
    if (!refused || !served.contains(kind_of(one))) continue;
    Finding finding =
        finding_of(evidence, "equal_ids_are_served", Rule{}, "harm.request_refused");
    finding.required = "requests of two clients are both served, whatever their ids are";
    finding.observed = fmt::format(
        "{} was refused with {} while {} of another client was in flight", describe(one),
        is_error(one) ? describe(*one.final_message()) : std::to_string(one.response->status),
        describe(*other));
    finding.likely_cause = "ids in flight are kept for the process, to find requests that are sent "
                           "twice";
    finding.cure = "keep them by session, or by connection where there are none";
    finding.evidence = ladder_of(timeline, *other, one);
    return broken(finding);
  }
  return met == 0 ? not_applicable("no two requests with equal ids met") : held();
}

}  // namespace

Check ids_of_closed_requests_are_free() {
  return {"ids_of_closed_requests_are_free", judge_free_ids};
}

Check equal_ids_are_served() {
  return {"equal_ids_are_served", judge_equal};
}

}  // namespace tailrace
