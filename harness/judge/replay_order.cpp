// SPDX-License-Identifier: Apache-2.0
// Where a replay begins, and whether it has holes.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/replay.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kShownId = 60;

using Events = std::vector<StreamEvent>;

bool carries(const Events& events, const StreamEvent& wanted) {
  return std::ranges::any_of(
      events, [&](const StreamEvent& event) { return event.sse.data == wanted.sse.data; });
}

// Equal texts may stand for each other: all of them come, each behind the one before. What was sent
// twice under one id is one event of the store.
bool keeps_order(const Events& sent, Events::const_iterator from, const Events& brought) {
  auto next = brought.begin();
  for (auto event = from; event != sent.end(); ++event) {
    const auto again = [&](const StreamEvent& before) { return before.sse.id == event->sse.id; };
    if (!event->message || (event->has_id() && std::any_of(from, event, again))) continue;
    next = std::find_if(next, brought.end(), [&](const StreamEvent& other) {
      return other.sse.data == event->sse.data;
    });
    if (next == brought.end()) return false;
    ++next;
  }
  return true;
}

Judgement wrong(const Evidence& evidence, const Exchange& stream, const Exchange& get,
                std::string observed, std::string_view cause) {
  Finding finding = finding_of(evidence, "replay_begins_behind", Rule{});
  finding.level = Level::kShould;
  finding.required = "a replay brings what followed the event that Last-Event-ID names: nothing "
                     "before it, and all behind it in its order";
  finding.observed = std::move(observed);
  finding.likely_cause = cause;
  finding.cure = "begin with the event after the one that is named";
  finding.evidence = ladder_of(evidence.timeline, stream, get);
  return broken(finding);
}

// The id of an event with a message that comes twice on one connection, "" where none does.
std::string twice_in(const Exchange& get, const Exchange& stream) {
  std::set<std::string> seen;
  for (const StreamEvent& event : get.events) {
    if (!event.has_id() || !event.message || seen.insert(*event.sse.id).second) continue;
    const auto same = [&](const StreamEvent& sent) { return sent.sse.id == event.sse.id; };
    if (std::ranges::count_if(stream.events, same) <= 1) return *event.sse.id;
  }
  return "";
}

bool brings_message(const StreamEvent& event) {
  return event.message.has_value();
}

// How messages that come again are called: as they were, or so that they can be resumed from.
struct Names {
  std::size_t all = 0, bare = 0;
  std::set<std::string> renamed;
};

Names names_of(const Exchange& stream, const Exchange& get) {
  Names names;
  for (const StreamEvent& event : get.events) {
    const auto same = [&](const StreamEvent& sent) {
      return sent.has_id() && sent.sse.data == event.sse.data;
    };
    if (!event.message || std::ranges::none_of(stream.events, same)) continue;
    ++names.all;
    names.bare += event.has_id() ? 0U : 1U;
    const bool as_before = std::ranges::any_of(stream.events, [&](const StreamEvent& sent) {
      return same(sent) && sent.sse.id == event.sse.id;
    });
    if (event.has_id() && !as_before) names.renamed.insert(*event.sse.id);
  }
  return names;
}

// Messages came behind the event of this id, and the resume from there brought none of them.
bool brings_nothing(const Timeline& timeline, const Exchange& get, const Exchange& later,
                    const std::string& id) {
  const auto named = std::ranges::find_if(get.events, [&](const StreamEvent& event) {
    return event.has_id() && *event.sse.id == id;
  });
  if (named == get.events.end() || std::none_of(named + 1, get.events.end(), brings_message)) {
    return false;
  }
  const bool seen = later.ended() || *timeline.last - later.request_at >= kLeftOpen;
  return seen && std::ranges::none_of(later.events, brings_message);
}

// A resume from an id that only the replay gave out, and that is refused, or brings nothing.
const Exchange* useless_resume_of(const Timeline& timeline, const Names& names,
                                  const Exchange& get) {
  const auto found = std::ranges::find_if(timeline.exchanges, [&](const Exchange& later) {
    if (!resumes(later) || !later.response) return false;
    const std::string id = header_of(later, "last-event-id");
    if (!names.renamed.contains(id)) return false;
    return !is_success(later) || brings_nothing(timeline, get, later, id);
  });
  return found == timeline.exchanges.end() ? nullptr : &*found;
}

// Its replay is complete and in order.
Judgement judge_names(const Evidence& evidence, const Exchange& stream, const Exchange& get) {
  const Names names = names_of(stream, get);
  Judgement judgement = held();
  const Exchange* useless = useless_resume_of(evidence.timeline, names, get);
  if (names.bare > 0) {
    judgement = wrong(evidence, stream, get,
                      fmt::format("{} of the {} messages that the resume of {} brought came "
                                  "without the ids they had",
                                  names.bare, names.all, describe(stream)),
                      "the path that replays an event does not hand on its id");
  } else if (useless != nullptr) {
    judgement = wrong(evidence, stream, *useless,
                      fmt::format("the resume of {} brought messages under other ids, and a "
                                  "resume from such an id got {}{}",
                                  describe(stream), useless->response->status,
                                  is_success(*useless) ? " and nothing of what was behind it" : ""),
                      "the path that replays an event makes a new id, and does not store it");
  }
  for (Finding& finding : judgement.findings) {
    finding.required = "a replayed event has an id to resume from, as it had at first";
    finding.cure = "send a stored event with the id that it was stored under";
  }
  return judgement;
}

// The first that brought a message, else the first that was answered: of a stream that is over a
// server may keep nothing, and a call in flight is asked about then.
const Exchange* telling_resume(const Timeline& timeline) {
  const Exchange* first = nullptr;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!resumes(exchange) || !exchange.response) continue;
    if (std::ranges::any_of(exchange.events, brings_message)) return &exchange;
    if (first == nullptr) first = &exchange;
  }
  return first;
}

Judgement judge_replay(const Evidence& evidence, const Exchange& get) {
  const std::string named = header_of(get, "last-event-id");
  const Exchange* stream = issuer_of(evidence.timeline, named);
  if (stream == nullptr) return inconclusive("no stream issued the id that was named");
  const auto issued = [&](const StreamEvent& event) {
    return event.has_id() && *event.sse.id == named;
  };
  if (std::ranges::count_if(stream->events, issued) > 1) {
    return not_applicable("the event ids of the server are not unique: nothing is proven by them");
  }
  if (!is_success(get) || !get.is_event_stream()) {
    return not_applicable(
        fmt::format("the server answers a resume with {}, as it may", get.response->status));
  }
  if (std::ranges::none_of(get.events, brings_message)) {
    return not_applicable("the resume of a finished stream brought nothing, as it may");
  }
  if (std::ranges::any_of(get.events, issued)) {
    return wrong(evidence, *stream, get,
                 fmt::format("the resume of {} brought the named event once more",
                             describe(*stream)),
                 "the search stops at the event, not behind it, or all of the stream comes again");
  }
  if (const std::string id = twice_in(get, *stream); !id.empty()) {
    return wrong(evidence, *stream, get,
                 fmt::format("the resume of {} brought the event {} twice", describe(*stream),
                             excerpt(id, kShownId)),
                 "what is stored while a replay runs is sent by the replay and by who stored it");
  }
  const auto from = std::ranges::find_if(stream->events, issued);
  std::size_t followed = 0, lost = 0;
  for (auto event = from + 1; event != stream->events.end(); ++event) {
    if (!event->message) continue;
    ++followed;
    lost += carries(get.events, *event) ? 0U : 1U;
  }
  const bool in_flight = from->message && stream->final_message() == nullptr;
  if (followed == 0 && in_flight) return held();
  if (followed == 0) return not_applicable("no message had followed the event that was named");
  const bool as_sent = lost == 0 && keeps_order(stream->events, from + 1, get.events);
  if (as_sent) return judge_names(evidence, *stream, get);
  if (lost == 0) {
    return wrong(evidence, *stream, get,
                 fmt::format("the resume of {} brought its messages in another order",
                             describe(*stream)),
                 "the store gives the events back in an order of its own");
  }
  if (get.final_message() == nullptr && get.ended()) return inconclusive(std::string(kUnfetched));
  return wrong(evidence, *stream, get,
               fmt::format("{} of the {} messages that had followed the named event of {} did not "
                           "come again",
                           lost, followed, describe(*stream)),
               "the replay begins one event too far on, or keeps responses only");
}

Judgement judge_beginning(const Evidence& evidence) {
  const auto& all = evidence.timeline.exchanges;
  const Exchange* const told = telling_resume(evidence.timeline);
  if (told == nullptr && std::ranges::any_of(all, resumes)) {
    return not_applicable(std::string(kNoHead));
  }
  if (told == nullptr) return inconclusive("no resume was answered");
  for (const Exchange& get : all) {  // One from the beginning may be right, and others not.
    if (&get == told || !resumes(get) || !std::ranges::any_of(get.events, brings_message)) continue;
    Judgement other = judge_replay(evidence, get);
    if (other.outcome == Outcome::kBroken) return other;
  }
  return judge_replay(evidence, *told);
}

Judgement judge_gets(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::size_t asked = 0;
  for (const Exchange& get : timeline.exchanges) {
    if (get.request.method != "GET") continue;
    ++asked;
    const bool form = !is_success(get) || get.is_event_stream() || get.response->status == 204;
    if (get.response && form) continue;
    if (!get.response && get.ended_at.value_or(*timeline.last) - get.request_at < kLeftOpen) {
      return inconclusive("the answer of a GET was not awaited for long enough");
    }
    Finding finding = finding_of(evidence, "get_is_answered", rule);
    finding.required = "GET is answered, with an event stream or with a refusal";
    finding.observed = get.response
                           ? fmt::format("GET got {} with another type", get.response->status)
                           : fmt::format("GET had no answer after {} s", kLeftOpen.count() / 1000);
    finding.likely_cause = "the head waits for a first event that never comes";
    finding.cure = "send the head at once, or refuse what cannot be resumed";
    finding.evidence = ladder_of(timeline, get);
    finding.evidence.push_back(gap_line(timeline, get.request_at + kLeftOpen, "no answer so far"));
    return broken(finding);
  }
  return asked == 0 ? inconclusive("no GET was sent") : held();
}

// The same session answered something else after it was refused this.
bool lives_on(const Timeline& timeline, const Exchange& refused) {
  return std::ranges::any_of(timeline.exchanges, [&](const Exchange& later) {
    return later.request_at > *refused.head_at && is_request(later) && is_success(later) &&
           session_of(later) == session_of(refused);
  });
}

Judgement judge_refusals(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  bool asked = false;
  for (const Exchange& get : timeline.exchanges) {
    if (!resumes(get) || !get.response || session_of(get).empty()) continue;
    asked = true;
    if (get.response->status != kNotFound || !lives_on(timeline, get)) continue;
    Finding finding = finding_of(evidence, "refused_resume_keeps_session", Rule{});
    finding.level = Level::kShould;
    finding.required = "404 with the id of a session says that it has ended, and nothing else";
    finding.observed = fmt::format("a resume from {} got 404, and its session goes on",
                                   excerpt(*get.request.find("last-event-id"), kShownId));
    finding.likely_cause = "an event that is not found is answered as a session that is not found";
    finding.cure = "refuse it with 400, or begin a fresh stream: on 404 a client begins a session";
    finding.evidence = ladder_of(timeline, get);
    return broken(finding);
  }
  return asked ? held() : not_applicable("no resume in a session was answered");
}

}  // namespace

Check refused_resume_keeps_session() {
  return {"refused_resume_keeps_session", judge_refusals};
}

Check replay_begins_behind() {
  return {"replay_begins_behind", judge_beginning};
}

Check get_is_answered(Rule rule) {
  return {"get_is_answered",
          [=](const Evidence& evidence) { return judge_gets(evidence, rule); }};
}

}  // namespace tailrace
