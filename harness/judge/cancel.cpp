// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/cancel.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

// A cancel that was accepted while its request was still unanswered.
struct Cancel {
  const Exchange* notice = nullptr;
  const Exchange* request = nullptr;
  MonoTime accepted;
};

std::vector<Cancel> cancels_of(const Timeline& timeline) {
  std::vector<Cancel> cancels;
  for (const Exchange& notice : timeline.exchanges) {
    const Exchange* request = cancelled_by(timeline, notice);
    if (request == nullptr || !is_success(notice)) continue;
    // Without a session the id alone names the requests of all clients.
    if (session_of(*request).empty()) continue;
    const auto answered = request->final_at();
    // An Error may come of the cancel itself, and be read before the word that it was accepted.
    const bool of_it = answered && *answered > notice.request_at &&
                       request->final_message()->kind == MessageKind::kError;
    if (answered && *answered <= *notice.head_at && !of_it) continue;  // It had come already.
    if (request->ended_at && *request->ended_at <= notice.request_at) continue;
    cancels.push_back({&notice, request, *notice.head_at});
  }
  return cancels;
}

Judgement no_cancel(const Timeline& timeline) {
  for (const Exchange& exchange : timeline.exchanges) {
    const Exchange* request = cancelled_by(timeline, exchange);
    if (request == nullptr) continue;
    if (session_of(*request).empty()) {
      return not_applicable("the server has no sessions, and nothing else says whose request a "
                            "cancel means");
    }
    if (exchange.response && !is_success(exchange)) {
      return not_applicable(
          fmt::format("the server refused the cancel with {}", exchange.response->status));
    }
    return not_applicable("the request had been answered before the cancel was accepted");
  }
  return inconclusive("nothing was cancelled");
}

// The server showed nothing of the call before its cancel was sent, and did not read at once: the
// two came on connections of their own, and either may have been read first.
bool may_have_overtaken(const Cancel& cancel) {
  constexpr Millis kPrompt{20};
  const Exchange& request = *cancel.request;
  const bool unseen = !request.first_byte_at || *request.first_byte_at > cancel.notice->request_at;
  return unseen && cancel.accepted - cancel.notice->request_at > kPrompt;
}

Judgement judge_end(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto cancels = cancels_of(timeline);
  for (const Cancel& cancel : cancels) {
    const Exchange& request = *cancel.request;
    if (request.ended() && request.end != BodyEnd::kUnseen) continue;
    const Nanos open = request.ended_at.value_or(*timeline.last) - cancel.accepted;
    if (open < kLeftOpen) return inconclusive("the cancelled stream was not watched long enough");
    Finding finding = finding_of(evidence, "cancelled_stream_ends", rule);
    finding.required = "the stream of a cancelled request ends";
    finding.observed = fmt::format("the stream of {} was open {} after its cancel was accepted",
                                   describe(request), in_millis(open));
    const bool told = request.final_message() != nullptr;
    finding.likely_cause = told ? "the path that sends its last message does not end the stream"
                                : "the handler is stopped, and nobody is left to end its stream, "
                                  "or it waits on, and the cancel reaches nobody";
    finding.cure = told ? "end the stream where that message is sent"
                        : "end the stream where the handler's end by a cancel is noticed, and let "
                          "the cancel end what the handler waits for";
    finding.evidence = ladder_of(timeline, *cancel.notice, request);
    finding.evidence.push_back(
        gap_line(timeline, cancel.accepted + kLeftOpen, "no end of the stream so far"));
    return broken(finding);
  }
  return cancels.empty() ? no_cancel(timeline) : held();
}

// Its answer was on its way when the cancel was read: nothing can be said of it.
bool crossed(const std::vector<Copy>& answers, const Cancel& cancel) {
  return std::ranges::any_of(answers, [&](const Copy& copy) {
    return copy.message->kind == MessageKind::kResult && copy.at < cancel.accepted + kRace;
  });
}

Judgement judge_nothing(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto cancels = cancels_of(timeline);
  if (cancels.empty()) return no_cancel(timeline);
  bool of_streams = false, any_crossed = false;
  for (const Cancel& cancel : cancels) {
    // AMB-13: what is no stream must be answered with something, and any answer will do.
    if (cancel.request->response && !cancel.request->is_event_stream()) continue;
    const auto answers = copies_of_answer(timeline, *cancel.request);
    if (crossed(answers, cancel)) {
      any_crossed = true;
      continue;
    }
    of_streams = true;
    for (const Copy& copy : answers) {
      if (copy.message->kind == MessageKind::kError) continue;
      if (may_have_overtaken(cancel)) {
        return inconclusive("the server was busy, and may have read the cancel before the call");
      }
      Finding finding = finding_of(evidence, "nothing_for_cancelled", rule);
      finding.required = "a cancelled request gets no Result";
      finding.observed = fmt::format("{} came {} after the cancel of {} had been accepted",
                                     describe(*copy.message), in_millis(copy.at - cancel.accepted),
                                     describe(*cancel.request));
      finding.likely_cause = "the cancel reaches no handler: none listens for it, or its id is not "
                             "found, being compared by another type or taken for none";
      finding.cure = "look requests up by their id as it was sent, and stop their handlers";
      finding.evidence = ladder_of(timeline, *cancel.notice, *cancel.request);
      mark_gap(finding.evidence, "event");
      return broken(finding);
    }
  }
  if (of_streams) return held();
  return not_applicable(any_crossed ? "the answer of the call and its cancel crossed"
                                    : "a call whose answer is no stream is answered anyhow");
}

// Nothing of it for kServed after the cancel, while a later request of the session was answered.
bool fell_silent(const Timeline& timeline, const Cancel& cancel, const Exchange& other) {
  if (*timeline.last - cancel.accepted < kServed) return false;
  const auto& all = timeline.exchanges;
  return std::any_of(all.begin(), all.end(), [&](const Exchange& later) {
    return is_request(later) && later.request_at > cancel.accepted &&
           session_of(later) == session_of(other) && later.final_at();
  });
}

// Whom a cancel may hit by mistake: the calls of its session, and those of others with its id.
bool is_beside(const Cancel& cancel, const Exchange& other) {
  if (!is_request(other) || other.request_at >= cancel.notice->request_at) return false;
  if (session_of(other) == session_of(*cancel.request)) return true;
  return other.asked->id == cancel.request->asked->id;
}

// Later requests of its session were left without an answer, all of them.
bool ended_its_session(const Timeline& timeline, const Cancel& cancel) {
  std::size_t later = 0, answered = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!is_request(exchange) || exchange.request_at < cancel.accepted) continue;
    if (session_of(exchange) != session_of(*cancel.request)) continue;
    ++later;
    answered += exchange.final_at() ? 1U : 0U;
  }
  return later > 0 && answered == 0;
}

Finding hit_another(const Evidence& evidence, const Cancel& cancel, const Exchange& other,
                    const RpcMessage* answer) {
  const bool elsewhere = session_of(other) != session_of(*cancel.request);
  Finding finding = finding_of(evidence, "cancel_spares_other_calls", Rule{}, "harm.answer_lost");
  finding.required = "a cancel ends the request that it names, and no other";
  finding.observed = fmt::format("{} was cancelled, and {} {} got {}", describe(*cancel.request),
                                 describe(other), elsewhere ? "of another session" : "beside it",
                                 answer == nullptr ? "no response" : describe(*answer));
  finding.likely_cause =
      elsewhere ? "the call is looked up by its id alone, and ids of two sessions may be equal"
                : "a cancel ends the newest call, or all, and not the one of its id";
  finding.cure = elsewhere ? "look calls up by session and id"
                           : "end the handler of the request whose id the cancel names";
  // Of another session only a call of the same id is looked at, and that id tells how it was hit.
  if (!elsewhere && ended_its_session(evidence.timeline, cancel)) {
    finding.likely_cause = "a cancel ends its session, or all that is in flight in it";
  } else if (is_text_of(*cancel.request->asked->id, *other.asked->id)) {
    finding.likely_cause = kIdsAsText.likely_cause;
    finding.cure = kIdsAsText.cure;
  }
  finding.evidence = ladder_of(evidence.timeline, *cancel.notice, other);
  finding.evidence.insert(finding.evidence.begin(),
                          ladder_of(evidence.timeline, *cancel.request).front());
  mark_gap(finding.evidence, "event");
  return finding;
}

// The calls that were under way, too, when the cancel was accepted.
Judgement judge_others(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto cancels = cancels_of(timeline);
  std::size_t beside = 0;
  for (const Cancel& cancel : cancels) {
    for (const Exchange& other : timeline.exchanges) {
      if (!is_beside(cancel, other) || is_cancelled(timeline, other)) continue;
      if (answered_as_text(other)) continue;  // Another check tells of that.
      const auto copies = copies_of_answer(timeline, other);
      const auto over = copies.empty() ? other.ended_at : copies.front().at;
      const bool silent = !over && fell_silent(timeline, cancel, other);
      // What the cancel did may be read before the word that it was accepted.
      const bool before = over && *over <= cancel.notice->request_at;
      if (!silent && (!over || before || other.end == BodyEnd::kUnseen)) continue;
      if (copies.empty() && waits_to_be_fetched(timeline, other, evidence.revision)) continue;
      ++beside;
      const RpcMessage* answer = copies.empty() ? nullptr : copies.front().message;
      if (answer != nullptr && answer->kind != MessageKind::kError) continue;
      if (!answers_calls(timeline)) return inconclusive("no call was answered, cancel or not");
      return broken(hit_another(evidence, cancel, other, answer));
    }
  }
  return beside == 0 ? not_applicable("no other call was answered after a cancel") : held();
}

}  // namespace

Check cancel_spares_other_calls() {
  return {"cancel_spares_other_calls", judge_others};
}

Check cancelled_stream_ends(Rule rule) {
  return {"cancelled_stream_ends",
          [=](const Evidence& evidence) { return judge_end(evidence, rule); }};
}

Check nothing_for_cancelled(Rule rule) {
  return {"nothing_for_cancelled",
          [=](const Evidence& evidence) { return judge_nothing(evidence, rule); }};
}

}  // namespace tailrace
