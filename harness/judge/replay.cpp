// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/replay.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/judge/ladder.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

// A resume, and the exchange that issued its Last-Event-ID in the same session; nullptr where none
// did, or two (ids of some servers are not unique, and then nothing is proven).
struct Resume {
  const Exchange* get = nullptr;
  const Exchange* stream = nullptr;
  std::string last;
};

const std::string* last_event_id(const Exchange& exchange) {
  return exchange.request.method == "GET" ? exchange.request.find("last-event-id") : nullptr;
}

std::vector<Resume> resumes_of(const Timeline& timeline) {
  std::map<std::pair<std::string, std::string>, const Exchange*> issuers;
  for (const Exchange& exchange : timeline.exchanges) {
    if (last_event_id(exchange) != nullptr) continue;
    for (const StreamEvent& event : exchange.events) {
      if (!event.sse.id || event.sse.id->empty()) continue;
      const auto [known, is_new] =
          issuers.try_emplace({session_of(exchange), *event.sse.id}, &exchange);
      if (!is_new && known->second != &exchange) known->second = nullptr;
    }
  }
  std::vector<Resume> resumes;
  for (const Exchange& exchange : timeline.exchanges) {
    const std::string* last = last_event_id(exchange);
    if (last == nullptr) continue;
    const auto issuer = issuers.find({session_of(exchange), *last});
    const Exchange* const stream = issuer == issuers.end() ? nullptr : issuer->second;
    resumes.push_back({&exchange, stream, *last});
    for (const StreamEvent& event : exchange.events) {  // A replay may name what it brings anew.
      if (stream == nullptr || !event.has_id()) continue;
      issuers.try_emplace({session_of(exchange), *event.sse.id}, stream);
    }
  }
  return resumes;
}

// 200 with a stream to read; 204 and everything else says that there is none.
bool is_accepted(const Exchange& get) {
  return is_success(get) && get.is_event_stream();
}

// The first id on the stream that was resumed is the one of its final message.
bool begins_with_response(const Resume& resume) {
  if (resume.stream == nullptr) return false;
  const auto& events = resume.stream->events;
  const auto first = std::find_if(events.begin(), events.end(),
                                  [](const StreamEvent& event) { return event.has_id(); });
  return first != events.end() && first->message && first->message->is_response();
}

Judgement refused(const std::vector<Resume>& resumes) {
  for (const Resume& resume : resumes) {
    if (resume.get->response && !is_accepted(*resume.get)) {
      return not_applicable(fmt::format("the server answers a resume with {}, as it may",
                                        resume.get->response->status));
    }
  }
  if (std::any_of(resumes.begin(), resumes.end(), begins_with_response)) {
    return not_applicable("no event before a response has an id, so no call in flight can be "
                          "resumed");
  }
  for (const Resume& resume : resumes) {
    if (!resume.get->response) return not_applicable(std::string(kNoHead));
    if (resume.get->final_message() == nullptr) {
      return not_applicable("the resume brought no response: its call was over before");
    }
  }
  if (!resumes.empty()) {
    return not_applicable("resumed streams brought another kind of response than is asked about");
  }
  return inconclusive("no stream was resumed");
}

// How long it was seen open after this moment.
Nanos seen_open(const Timeline& timeline, const Exchange& exchange, MonoTime from) {
  return exchange.ended_at.value_or(timeline.last.value_or(from)) - from;
}

// AMB-09: who answers neither with a stream nor with a refusal leaves its client waiting.
bool hangs(const Timeline& timeline, const Exchange& get) {
  const bool ended = get.ended() && get.end != BodyEnd::kUnseen;
  return !get.response && !ended && seen_open(timeline, get, get.request_at) >= kLeftOpen &&
         watched_for(timeline, get.request_at, kLeftOpen);
}

std::string what_came(const Timeline& timeline, const Exchange& get) {
  if (hangs(timeline, get)) {
    return fmt::format("got no answer within {} s", kLeftOpen.count() / 1000);
  }
  const bool ended = get.ended() && get.end != BodyEnd::kUnseen;
  return fmt::format("got {} and {}", get.response->status,
                     ended ? "an end without it" : "a stream that stays silent");
}

Judgement judge_answer(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto resumes = resumes_of(timeline);
  std::size_t brought = 0;
  const Resume* lost = nullptr;
  for (const Resume& resume : resumes) {
    if (resume.stream == nullptr || !is_request(*resume.stream)) continue;
    const bool broke_off = resume.stream->final_message() == nullptr;
    const bool hung = hangs(timeline, *resume.get);
    if (!broke_off || !(hung || is_accepted(*resume.get))) continue;
    if (is_cancelled(timeline, *resume.stream)) continue;
    const bool came = is_answered(timeline, *resume.stream);
    if (came) {
      brought += !hung;
    } else if (hung) {
      lost = &resume;
    } else if (resume.get->ended() && resume.get->end != BodyEnd::kUnseen) {
      lost = &resume;
    } else if (seen_open(timeline, *resume.get, *resume.get->head_at) >= kLeftOpen) {
      lost = &resume;
    } else {
      return inconclusive("a resumed stream was not watched for long enough");
    }
  }
  if (lost == nullptr) return brought == 0 ? refused(resumes) : held();
  Finding finding = finding_of(evidence, "resume_brings_answer", rule, "harm.answer_lost");
  finding.required = "a resume that is accepted brings what the broken stream had still to bring";
  finding.observed = fmt::format("the answer of {} never came: a resume from event {} {}",
                                 describe(*lost->stream), lost->last,
                                 what_came(timeline, *lost->get));
  finding.likely_cause = "the stream's route and its stored events go away with its connection, or "
                         "the replay does not find what is behind the named event";
  finding.cure = "keep a stream's events until its response was delivered, or give out no ids";
  finding.evidence = ladder_of(timeline, *lost->stream, *lost->get);
  mark_gap(finding.evidence, "GET");
  return broken(finding);
}

Judgement judge_resumed_end(const Evidence& evidence, Final final, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto resumes = resumes_of(timeline);
  std::size_t ended = 0;
  for (const Resume& resume : resumes) {
    const RpcMessage* message = resume.get->final_message();
    if (message == nullptr || !is_accepted(*resume.get)) continue;
    const bool is_error = message->kind == MessageKind::kError;
    if (final != Final::kEither && is_error != (final == Final::kError)) continue;
    const bool seen = resume.get->ended() && resume.get->end != BodyEnd::kUnseen;
    const Nanos open = seen_open(timeline, *resume.get, *resume.get->final_at());
    if (seen && open < kLeftOpen) {
      ++ended;
      continue;
    }
    if (open < kLeftOpen) return inconclusive("a resumed stream was not watched for long enough");
    Finding finding = finding_of(evidence, "resumed_stream_ends", rule);
    finding.required = "a resumed stream ends after its final message";
    finding.observed = fmt::format("the stream that resumed {} was open {} after its {}",
                                   resume.last, in_millis(open), describe(*message));
    finding.likely_cause = "the path that resumes a stream does not look for its last message";
    finding.cure = "end a resumed stream where the first one would have ended";
    finding.evidence = ladder_of(timeline, *resume.get);
    finding.evidence.push_back(gap_line(timeline, *resume.get->final_at() + kLeftOpen,
                                        "no end of the stream so far"));
    return broken(finding);
  }
  return ended == 0 ? refused(resumes) : held();
}

bool is_open_beside(const Exchange& exchange, MonoTime at) {
  return exchange.head_at && *exchange.head_at + kBeside <= at &&
         (!exchange.ended_at || *exchange.ended_at >= at);
}

Judgement judge_once(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto resumes = resumes_of(timeline);
  std::size_t judged = 0;
  for (const Exchange& request : timeline.exchanges) {
    const auto readers = std::count_if(resumes.begin(), resumes.end(), [&](const Resume& resume) {
      return resume.stream == &request && resume.get->response;
    });
    if (readers == 0) continue;
    const auto copies = copies_of_answer(timeline, request);
    if (copies.empty()) continue;
    ++judged;
    const Copy& first = copies.front();
    for (const Copy& copy : copies) {
      if (copy.on == first.on || !is_open_beside(*first.on, first.at)) continue;
      if (!is_open_beside(*copy.on, first.at)) continue;
      Finding finding = finding_of(evidence, "answer_comes_once", rule);
      finding.required = "a message goes to one of the connected streams only";
      finding.observed = fmt::format(
          "{} came on connection {} and on connection {}, both open when it was sent",
          describe(*first.message), first.on->connection.value, copy.on->connection.value);
      finding.likely_cause = "a stream's messages go to every connection that ever read it";
      finding.cure = "let the newest connection of a stream take it over";
      finding.evidence = ladder_of(timeline, *first.on, *copy.on);
      mark_gap(finding.evidence, "event");
      return broken(finding);
    }
  }
  return judged == 0 ? refused(resumes) : held();
}

// The response on a resumed stream that answers a request of another one.
struct Foreign {
  const RpcMessage* message = nullptr;
  const Exchange* request = nullptr;
};

Foreign foreign_on(const Timeline& timeline, const Resume& resume) {
  const std::string session = session_of(*resume.get);
  for (const StreamEvent& event : resume.get->events) {
    if (!event.message || !event.message->is_response() || !event.message->id) continue;
    const bool own = resume.stream != nullptr && is_request(*resume.stream) &&
                     resume.stream->asked->id == event.message->id;
    if (own) continue;
    // Equal ids of two sessions say nothing: one of this session is meant first.
    const Exchange* asked = nullptr;
    for (const Exchange& request : timeline.exchanges) {
      if (!is_request(request) || request.asked->id != event.message->id) continue;
      if (asked == nullptr || session_of(request) == session) asked = &request;
    }
    if (asked != nullptr) return {&*event.message, asked};
  }
  return {};
}

// It was in flight beside the resume, and its answer went there instead of to its own stream.
bool is_taken_over(const Foreign& foreign, const Exchange& get) {
  const Exchange& request = *foreign.request;
  if (own_answer(request) != nullptr || request.request_at > get.request_at) return false;
  const auto answer = std::ranges::find_if(get.events, [&](const StreamEvent& event) {
    return event.message && &*event.message == foreign.message;
  });
  const bool in_flight = !request.ended_at || *request.ended_at >= get.request_at;
  return in_flight && answer->at >= *get.head_at + kBeside;
}

Judgement judge_foreign(const Evidence& evidence, Rule streams) {
  const Timeline& timeline = evidence.timeline;
  const auto resumes = resumes_of(timeline);
  std::size_t answered = 0;
  for (const Resume& resume : resumes) {
    answered += resume.get->response.has_value();
    const Foreign foreign = foreign_on(timeline, resume);
    if (foreign.message == nullptr) continue;
    const bool other_session = session_of(*foreign.request) != session_of(*resume.get);
    Finding finding = finding_of(evidence, "replays_only_its_stream", streams,
                                 other_session ? "harm.answer_to_wrong_caller" : "");
    finding.required = "a resume brings messages of the stream that its event id is of";
    finding.observed =
        fmt::format("a resume from event {} brought {}, the answer of {}{}", resume.last,
                    describe(*foreign.message), describe(*foreign.request),
                    other_session ? ", a request of another session" : "");
    finding.likely_cause = "stored events are looked up by their id alone, or all that follow it "
                           "are replayed";
    finding.cure = "keep events by session and stream, and replay those of one stream";
    if (is_taken_over(foreign, *resume.get)) {
      finding.likely_cause = "the resume takes over the stream of another call in flight";
      finding.cure = "give a resume the stream that its event id is of, and no other";
    }
    finding.evidence = ladder_of(timeline, *foreign.request, *resume.get);
    mark_gap(finding.evidence, "event");
    return broken(finding);
  }
  // To refuse an id that is nobody's, or of another session, is right.
  const bool none_is_served = std::ranges::none_of(resumes, [](const Resume& resume) {
    return resume.get->response && is_accepted(*resume.get);
  });
  const bool own = std::ranges::any_of(resumes, [](const Resume& resume) {
    return resume.stream != nullptr && session_of(*resume.stream) == session_of(*resume.get);
  });
  if (answered > 0) return none_is_served && own ? refused(resumes) : held();
  if (resumes.empty()) return inconclusive("no stream was resumed");
  return not_applicable(std::string(kNoHead));
}

Judgement judge_finished(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto resumes = resumes_of(timeline);
  std::size_t judged = 0;
  for (const Resume& resume : resumes) {
    if (resume.stream == nullptr || !is_request(*resume.stream) || !resume.get->response) continue;
    const auto& events = resume.stream->events;
    const auto final = std::find_if(events.begin(), events.end(), [](const StreamEvent& event) {
      return event.message && event.message->is_response();
    });
    if (final == events.end() || final->sse.id != resume.last) continue;
    const auto named = [&](const StreamEvent& event) { return event.sse.id == resume.last; };
    if (std::ranges::count_if(events, named) > 1) continue;  // It may be of another event.
    ++judged;
    if (!is_accepted(*resume.get)) continue;
    const RpcMessage* again = resume.get->final_message();
    const bool copy = again != nullptr && again->id == resume.stream->asked->id;
    const bool ended = resume.get->ended() && resume.get->end != BodyEnd::kUnseen;
    const Nanos open = seen_open(timeline, *resume.get, *resume.get->head_at);
    if (!copy && ended) continue;
    if (!copy && open < kLeftOpen) return inconclusive("the resume was not watched long enough");
    Finding finding = finding_of(evidence, "finished_stream_stays_over", rule);
    finding.required = "a stream that brought its response is over: nothing can be resumed";
    finding.observed = fmt::format("a resume from the response of {} {}", describe(*resume.stream),
                                   copy ? "brought that response again" : "was left open");
    finding.likely_cause = copy ? "the replay begins at the event that is named, or before it"
                                : "a resume does not look whether its stream is complete";
    finding.cure = "refuse such a resume, or answer it with a stream that ends at once";
    finding.evidence = ladder_of(timeline, *resume.stream, *resume.get);
    mark_gap(finding.evidence, "GET");
    return broken(finding);
  }
  if (judged > 0) return held();
  const bool unanswered = std::ranges::any_of(
      resumes, [&](const Resume& resume) { return hangs(timeline, *resume.get); });
  return not_applicable(unanswered ? std::string(kNoHead)
                                   : "no response had an event id of its own");
}

// Responses on a resumed stream. The same event again, by its id, is no second one.
std::vector<const StreamEvent*> responses_on(const Exchange& get) {
  std::vector<const StreamEvent*> responses;
  for (const StreamEvent& event : get.events) {
    if (!event.message || !event.message->is_response()) continue;
    const bool again = std::ranges::any_of(responses, [&](const StreamEvent* earlier) {
      return event.has_id() && earlier->sse.id == event.sse.id;
    });
    if (!again) responses.push_back(&event);
  }
  return responses;
}

Judgement judge_one_response(const Evidence& evidence, Rule rule) {
  std::size_t answered = 0;
  for (const Resume& resume : resumes_of(evidence.timeline)) {
    if (resume.stream == nullptr || !is_request(*resume.stream)) continue;
    const auto responses = responses_on(*resume.get);
    answered += responses.empty() ? 0U : 1U;
    if (responses.size() < 2) continue;
    Finding finding = finding_of(evidence, "resumes_bring_one_response", rule);
    finding.required = "a request has one response, on a resumed stream too";
    finding.observed = fmt::format("the resume of {} brought {} and then {}",
                                   describe(*resume.stream), describe(*responses[0]->message),
                                   describe(*responses[1]->message));
    finding.likely_cause = "an end of the handler stores an answer for a request that has its own";
    finding.cure = "forget the request's route in one step with its final message";
    finding.evidence = ladder_of(evidence.timeline, *resume.get);
    mark_gap(finding.evidence, "event");
    return broken(finding);
  }
  return answered == 0 ? not_applicable("no resume brought a response") : held();
}

}  // namespace

Check resumes_bring_one_response(Rule rule) {
  return {"resumes_bring_one_response",
          [=](const Evidence& evidence) { return judge_one_response(evidence, rule); }};
}

Check resume_brings_answer(Rule rule) {
  return {"resume_brings_answer",
          [=](const Evidence& evidence) { return judge_answer(evidence, rule); }};
}

Check resumed_stream_ends(Final final, Rule rule) {
  return {"resumed_stream_ends",
          [=](const Evidence& evidence) { return judge_resumed_end(evidence, final, rule); }};
}

Check answer_comes_once(Rule rule) {
  return {"answer_comes_once",
          [=](const Evidence& evidence) { return judge_once(evidence, rule); }};
}

Check replays_only_its_stream(Rule streams) {
  return {"replays_only_its_stream",
          [=](const Evidence& evidence) { return judge_foreign(evidence, streams); }};
}

Check finished_stream_stays_over(Rule rule) {
  return {"finished_stream_stays_over",
          [=](const Evidence& evidence) { return judge_finished(evidence, rule); }};
}

}  // namespace tailrace
