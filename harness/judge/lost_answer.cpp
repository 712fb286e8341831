// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/lost_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/judge/body_trouble.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/questions.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"
#include "harness/record/marks.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

// Of the two ends of such a stream only one is a question here: it may stay open for ever.

// An id that was used twice in a session is our own fault, and its answers are nobody's.
bool has_own_id(const Timeline& timeline, const Exchange& request) {
  return std::ranges::count_if(timeline.exchanges, [&](const Exchange& other) {
           return is_request(other) && other.asked->id == request.asked->id &&
                  session_of(other) == session_of(request);
         }) == 1;
}

// Sent while another had not been answered on its connection: what becomes of it is a note.
bool is_pipelined(const Timeline& timeline, const Exchange& request) {
  return std::ranges::any_of(timeline.exchanges, [&](const Exchange& other) {
    return other.connection == request.connection && other.index < request.index &&
           (!other.ended_at || *other.ended_at > request.request_at);
  });
}

// What we did that may cost a request its answer.
bool is_of_our_making(const Timeline& timeline, const Exchange& request) {
  const MonoTime until = request.ended_at.value_or(*timeline.last);
  const Connection* const connection = timeline.connection(request.connection);
  if (connection == nullptr || connection->half_closed) return true;
  if (connection->we_ended && connection->we_ended->at <= until) return true;
  if (timeline.process_ended && timeline.process_ended->at <= until) return true;
  const bool touched = std::ranges::any_of(timeline.marks, [&](const auto& mark) {
    return mark.at <= until && (mark.what.name == kMarkStop || mark.what.name == kMarkUnread);
  });
  const bool session_ended = std::ranges::any_of(timeline.exchanges, [&](const Exchange& other) {
    return other.request.method == "DELETE" && other.request_at <= until &&
           session_of(other) == session_of(request);
  });
  return touched || session_ended || is_pipelined(timeline, request) ||
         is_cancelled(timeline, request);
}

bool is_judged(const Timeline& timeline, const Exchange& request) {
  return is_request(request) && request.asked->method != kListenMethod &&
         request.final_message() == nullptr && has_own_id(timeline, request) &&
         // While its stream is open it may wait for our answer before it gives its own.
         (questions_on(request).empty() || request.ended()) &&
         !is_of_our_making(timeline, request) &&
         !is_answered(timeline, request);
}

// How a response ended that has no response of the request in it, and cannot bring one any more.
std::string ended_without(const Exchange& request) {
  if (!request.response || !is_success(request) || !last_id_of(request).empty()) return "";
  if (is_other_message(request)) {
    return request.end == BodyEnd::kComplete ? "its body is " + describe(*request.answer) : "";
  }
  if (!request.is_event_stream() && !request.body.empty()) return "";  // A question of its form.
  switch (request.end) {
    case BodyEnd::kComplete:
      return request.is_event_stream()
                 ? "its stream ended in order and without it"
                 : fmt::format("{} without a message", request.response->status);
    case BodyEnd::kCut:
      return "its response was cut by FIN before it";
    case BodyEnd::kReset:
      return "its response was reset before it";
    case BodyEnd::kOpen:
    case BodyEnd::kMalformed:
    case BodyEnd::kUnseen:
      return "";
  }
  return "";
}

std::map<std::string, std::size_t> prompt_answers(const Timeline& timeline) {
  std::map<std::string, std::size_t> prompt;
  for (const Exchange& exchange : timeline.exchanges) {
    const auto at = exchange.final_at();
    if (!is_request(exchange) || !at) continue;
    prompt[kind_of(exchange)] += *at - exchange.request_at <= kPromptAnswer;
  }
  return prompt;
}

// A wait of ours ran out, so long after the request that no timer of this machine explains it: all
// of them kept time, or this one did, which began behind the request.
bool was_awaited(const Timeline& timeline, const Exchange& request) {
  constexpr Millis kSlack{500};  // From the request to the wait, and over its limit.
  const bool watched = watched_for(timeline, request.request_at, kServed);
  return std::ranges::any_of(timeline.deadlines, [&](const auto& passed) {
    const Nanos waited = passed.at - request.request_at;
    const bool kept_time = passed.what.limit >= kServed && waited <= passed.what.limit + kSlack;
    return waited >= kServed && (watched || kept_time);
  });
}

Finding lost(const Evidence& evidence, const Exchange& request, const std::string& how) {
  Finding finding = finding_of(evidence, "answers_are_not_lost", Rule{}, "harm.answer_lost");
  finding.required = "each request that a server takes is answered";
  finding.observed = fmt::format("{} got no answer: {}", describe(request), how);
  finding.likely_cause = "the response is sent to another stream, or dropped where two things "
                         "happen at once";
  finding.cure = "keep a request's stream with the request, and end it by the response alone";
  if (const auto trouble = body_trouble_of(request)) {
    finding.likely_cause = trouble->reason.likely_cause;
    finding.cure = trouble->reason.cure;
  }
  blame_broken_event(request, finding);
  finding.evidence = ladder_of(evidence.timeline, request);
  return finding;
}

Judgement judge_lost(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  auto prompt = prompt_answers(timeline);
  for (const Exchange& request : timeline.exchanges) {
    if (!is_judged(timeline, request)) continue;
    if (const std::string how = ended_without(request); !how.empty()) {
      return broken(lost(evidence, request, how));
    }
    const std::size_t usual = prompt[kind_of(request)];
    if (request.ended() || usual < kUsualAnswers || !was_awaited(timeline, request)) continue;
    return broken(lost(evidence, request,
                       fmt::format("nothing came in {}, and {} like it were answered within {} ms",
                                   in_millis(*timeline.last - request.request_at), usual,
                                   kPromptAnswer.count())));
  }
  return held();
}

}  // namespace

Check answers_are_not_lost() {
  return {"answers_are_not_lost", judge_lost};
}

}  // namespace tailrace
