// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/listening.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/resume.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kShownId = 60;

// A listening stream that we cut, and the GETs of its session that followed and resume no POST.
struct CutListening {
  const Exchange* stream = nullptr;
  std::vector<const Exchange*> next;

  // The one that comes back to it. One without an id may open another stream beside it.
  const Exchange& back() const {
    const auto named = std::ranges::find(next, last_id_of(*stream), [](const Exchange* get) {
      return header_of(*get, "last-event-id");
    });
    return named == next.end() ? *next.front() : **named;
  }
};

// By us: who had hung up before that may come back when it likes.
bool broke_off(const Timeline& timeline, const Exchange& get) {
  const bool cut = listens(get) && get.is_event_stream() && get.end == BodyEnd::kCut &&
                   get.ended_at && !last_id_of(get).empty();
  if (!cut) return false;
  const auto& hung_up = timeline.connection(get.connection)->peer_ended;
  return !hung_up || hung_up->at > *get.ended_at;
}

std::optional<CutListening> cut_listening(const Timeline& timeline) {
  const auto stream = std::ranges::find_if(
      timeline.exchanges, [&](const Exchange& get) { return broke_off(timeline, get); });
  if (stream == timeline.exchanges.end()) return std::nullopt;
  CutListening cut{&*stream, {}};
  for (const Exchange& later : timeline.exchanges) {
    const bool follows = later.request.method == "GET" && later.request_at > *stream->ended_at &&
                         session_of(later) == session_of(*stream);
    const bool elsewhere = issuer_of(timeline, header_of(later, "last-event-id")) != nullptr;
    if (follows && !elsewhere) cut.next.push_back(&later);
  }
  return cut;
}

Judgement none_broke() {
  return not_applicable("the client had no listening stream that could break off after an id");
}

Judgement judge_resumed(const Evidence& evidence, Rule rule) {
  const auto cut = cut_listening(evidence.timeline);
  if (!cut) return none_broke();
  if (cut->next.empty()) return not_applicable("the client did not listen again");
  const std::string last = last_id_of(*cut->stream);
  const Exchange& next = cut->back();
  const std::string named = header_of(next, "last-event-id");
  if (named == last) return held();
  Finding finding = finding_of(evidence, "listening_stream_is_resumed", rule);
  finding.required = "a listening stream that broke off is resumed from the id of its last event";
  finding.observed =
      fmt::format("{} broke off after the event {}, and the client sent GET {}",
                  describe(*cut->stream), excerpt(last, kShownId),
                  named.empty() ? "without Last-Event-ID"
                                : "with Last-Event-ID: " + excerpt(named, kShownId));
  finding.likely_cause = "the stream is opened anew, as if nothing had been sent on it";
  finding.cure = "keep the id of its last event, and send it as Last-Event-ID";
  finding.evidence = ladder_of(evidence.timeline, *cut->stream, next);
  mark_gap(finding.evidence, "GET");
  return broken(finding);
}

Judgement judge_waiting(const Evidence& evidence, Rule rule) {
  const auto cut = cut_listening(evidence.timeline);
  if (!cut) return none_broke();
  if (cut->next.empty()) return not_applicable("the client did not listen again");
  const Millis retry(marked_number(evidence.timeline, kMarkRetry));
  const Millis tolerance = std::max(kRetryTolerance, retry * kRetryTolerancePercent / 100);
  const Exchange& next = cut->back();
  const Nanos gap = next.request_at - *cut->stream->ended_at;
  if (gap >= retry - tolerance) return held();
  Finding finding = finding_of(evidence, "waits_before_listening_again", rule);
  finding.required = fmt::format("the client waits the {} ms that `retry` names", retry.count());
  finding.observed =
      fmt::format("it listened again {} after {} broke off", in_millis(gap),
                  describe(*cut->stream));
  finding.likely_cause = "`retry` is read on the streams of calls alone, or a default wins";
  finding.cure = "take the reconnection time from the last `retry` of the stream";
  finding.evidence = ladder_of(evidence.timeline, *cut->stream, next);
  mark_gap(finding.evidence, "GET");
  return broken(finding);
}

}  // namespace

Check listening_stream_is_resumed(Rule with_id) {
  return {"listening_stream_is_resumed",
          [=](const Evidence& evidence) { return judge_resumed(evidence, with_id); }};
}

Check waits_before_listening_again(Rule rule) {
  return {"waits_before_listening_again",
          [=](const Evidence& evidence) { return judge_waiting(evidence, rule); }};
}

}  // namespace tailrace
