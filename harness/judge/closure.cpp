// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/closure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/open_cause.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

std::string_view word(Final final) {
  if (final == Final::kEither) return "final response";
  return final == Final::kResult ? "Result" : "Error";
}

bool carries(const Exchange& exchange, Final final) {
  const RpcMessage* message = exchange.final_message();
  if (message == nullptr) return false;
  if (final == Final::kEither) return true;
  return (message->kind == MessageKind::kError) == (final == Final::kError);
}

struct Streams {
  std::vector<const Exchange*> streams;  // Event streams of POSTs that carried such a final.
  std::size_t as_json = 0;               // Others that answered with JSON instead.
  std::size_t other_final = 0;           // Event streams with the other kind of final.
  std::size_t fetched = 0;               // Answers of that kind that came on resumed streams.
  const Exchange* refusal = nullptr;     // By its status alone.
};

// Requests whose response of that kind a GET that resumes has brought: their own stream ended
// before, as it may once an event id is out. Found once: servers that are polled have many.
using Fetched = std::set<std::pair<std::string, RpcId>>;

Fetched fetched_by_resumes(const Timeline& timeline, Final final) {
  Fetched fetched;
  for (const Exchange& get : timeline.exchanges) {
    if (get.is_post() || !resumes(get) || !carries(get, final)) continue;
    for (const StreamEvent& event : get.events) {
      const bool answers = event.message && event.message->is_response() && event.message->id;
      if (answers) fetched.emplace(session_of(get), *event.message->id);
    }
  }
  return fetched;
}

Streams streams_with(const Timeline& timeline, Final final, Of of = Of::kCalls) {
  Streams found;
  const Fetched fetched = fetched_by_resumes(timeline, final);
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.is_post()) continue;
    if (exchange.final_message() == nullptr) {
      if (is_request(exchange) && is_refused(exchange)) found.refusal = &exchange;
      found.fetched += !fetched.empty() && is_request(exchange) && exchange.is_event_stream() &&
                       fetched.contains({session_of(exchange), *exchange.asked->id});
      continue;
    }
    const bool initialize = exchange.asked && exchange.asked->method == "initialize";
    if (initialize != (of == Of::kInitialize)) continue;
    if (!exchange.is_event_stream()) {
      ++found.as_json;
    } else if (carries(exchange, final)) {
      found.streams.push_back(&exchange);
    } else {
      ++found.other_final;
    }
  }
  return found;
}

Judgement nothing_to_judge(const Streams& found, Final final) {
  if (found.as_json > 0) {
    return not_applicable(
        fmt::format("the server answered with application/json, not an event stream ({} times)",
                    found.as_json));
  }
  if (found.other_final > 0) {
    return not_applicable(fmt::format("no event stream carried a JSON-RPC {}", word(final)));
  }
  if (found.fetched > 0) {
    return not_applicable("the server lets its clients come back: each answer came on a stream "
                          "that resumed its own");
  }
  if (found.refusal != nullptr && final != Final::kResult) {
    return not_applicable(fmt::format("{} was refused with {}, without a message",
                                      describe(*found.refusal), found.refusal->response->status));
  }
  return inconclusive(fmt::format("no {} was seen on an event stream", word(final)));
}

// The time from the final message to the end, or how long the stream was seen open.
struct Ended {
  bool open = false;
  Nanos after{0};
};

Ended end_of(const Timeline& timeline, const Exchange& exchange) {
  const MonoTime final_at = *exchange.final_at();
  const bool seen = exchange.ended() && exchange.end != BodyEnd::kUnseen;
  const MonoTime until = exchange.ended_at.value_or(timeline.last.value_or(final_at));
  return {!seen, until - final_at};
}

Finding left_open(const Evidence& evidence, const std::vector<const Exchange*>& open,
                  std::size_t judged, Final final, Rule rule) {
  const bool grows = open.size() >= kOpenStreamsAreHarm;
  Finding finding = finding_of(evidence, "stream_ends", rule, grows ? "harm.open_streams" : "");
  const Exchange& first = *open.front();
  finding.required = fmt::format("the response stream ends after the {}", word(final));
  finding.observed =
      fmt::format("{} of {} streams were still open {} s after their {}; first: {}", open.size(),
                  judged, kLeftOpen.count() / 1000, word(final), describe(first));
  const Reason reason = cause_of_open_streams(evidence.timeline, open);
  finding.likely_cause = reason.likely_cause;
  finding.cure = reason.cure;
  finding.evidence = ladder_of(evidence.timeline, first);
  finding.evidence.push_back(
      gap_line(evidence.timeline, *first.final_at() + kLeftOpen, "no end of the stream so far"));
  return finding;
}

// Long after it had sent its response the server closed a connection with an unfinished body.
bool is_dropped_late(const Exchange& stream) {
  const bool dropped = stream.end == BodyEnd::kCut || stream.end == BodyEnd::kReset;
  return dropped && *stream.ended_at - *stream.final_at() >= kLate;
}

void blame_missing_end(Finding& finding) {
  finding.likely_cause =
      "the end of the body is not written, and the connection is closed for being idle";
  finding.cure = "write the last chunk and its empty line (0 CRLF CRLF) behind the response";
}

Finding ends_late(const Evidence& evidence, const std::vector<const Exchange*>& streams,
                  Nanos least, Final final, Rule rule) {
  Finding finding = finding_of(evidence, "stream_ends", rule);
  finding.required = fmt::format("the response stream ends after the {}", word(final));
  finding.observed = fmt::format("all {} streams ended {} or more after their {}", streams.size(),
                                 in_millis(least), word(final));
  finding.likely_cause = "the stream is ended by a timer or by the next keep-alive, not at once";
  finding.cure = "end the stream where the response is sent";
  if (std::ranges::all_of(streams, [](const auto* stream) { return is_dropped_late(*stream); })) {
    blame_missing_end(finding);
  }
  finding.evidence = ladder_of(evidence.timeline, *streams.front());
  return finding;
}

bool replies_quickly(const Timeline& timeline) {
  return std::any_of(timeline.exchanges.begin(), timeline.exchanges.end(), [](const auto& e) {
    const auto final_at = e.final_at();
    return final_at && *final_at - e.request_at < kQuickReply;
  });
}

Judgement judge_ends(const Evidence& evidence, Final final, Rule rule, Of of) {
  const Timeline& timeline = evidence.timeline;
  const Streams found = streams_with(timeline, final, of);
  if (found.streams.empty()) return nothing_to_judge(found, final);
  std::vector<const Exchange*> open;
  Nanos least = Nanos::max(), most{0};
  for (const Exchange* stream : found.streams) {
    const Ended ended = end_of(timeline, *stream);
    if (ended.open && ended.after < kLeftOpen) {
      return inconclusive(fmt::format("{} was watched for {} after its {} only", describe(*stream),
                                      in_millis(ended.after), word(final)));
    }
    if (ended.open) open.push_back(stream);
    least = std::min(least, ended.after);
    most = std::max(most, ended.after);
  }
  if (!open.empty()) return broken(left_open(evidence, open, found.streams.size(), final, rule));
  Judgement judgement = held();
  if (least >= kLate && found.streams.size() >= kLateStreams && replies_quickly(timeline)) {
    if (overslept(timeline)) return inconclusive("our own timer overslept while watching the end");
    judgement = broken(ends_late(evidence, found.streams, least, final, rule));
  }
  judgement.measurements.push_back({"streams_ended", fmt::format("{}", found.streams.size())});
  judgement.measurements.push_back({"slowest_end", in_millis(most)});
  if (most >= kNoteworthyEnd) judgement.measurements.push_back({"late_end", in_millis(most)});
  return judgement;
}

Judgement judge_order(const Evidence& evidence, Final final, Rule rule, Of of) {
  const Streams found = streams_with(evidence.timeline, final, of);
  if (found.streams.empty()) return nothing_to_judge(found, final);
  std::size_t ended = 0, out_of_order = 0;
  const Exchange* first = nullptr;
  for (const Exchange* stream : found.streams) {
    if (!stream->ended() || stream->end == BodyEnd::kUnseen) continue;
    ++ended;
    if (stream->end == BodyEnd::kComplete) continue;
    if (first == nullptr) first = stream;
    ++out_of_order;
  }
  if (ended == 0) return not_applicable("no stream ended, so none could end out of order");
  if (first == nullptr) return held();
  Finding finding = finding_of(evidence, "stream_ends_in_order", rule);
  finding.required = "a stream that ends completes its HTTP message: last chunk, then the next";
  finding.observed =
      fmt::format("{} of {} streams broke off inside their HTTP message after the {}; first: {}",
                  out_of_order, ended, word(final), describe(*first));
  finding.likely_cause = "the connection is dropped instead of the body being finished";
  finding.cure = "finish the chunked body (0 CRLF CRLF) before the connection is closed or kept";
  if (is_dropped_late(*first)) blame_missing_end(finding);
  finding.evidence = ladder_of(evidence.timeline, *first);
  mark_gap(finding.evidence, first->end == BodyEnd::kReset ? "reset inside" : "FIN inside");
  return broken(finding);
}

// What stands after the final message of a stream, as to which rule it breaks.
struct Trailing {
  const StreamEvent* event = nullptr;
  bool must = false, log = false;
};

// A row of 2026-07-28 alone: logs are permitted ahead of the response, and only there (AMB-14).
constexpr std::array<Requirement, 1> kLogsComeBefore = {Requirement{"LOG-04"}};

Trailing trailing_of(const Exchange& stream) {
  const StreamEvent* const final = stream.final_event();
  if (final == nullptr) return {};
  for (const StreamEvent& event : stream.events) {
    if (&event <= final) continue;
    if (!event.message) continue;  // A bare id or retry is fine.
    const bool is_final = event.message->is_response();
    const bool progress = event.message->method == "notifications/progress";
    const bool notification = event.message->kind == MessageKind::kNotification;
    const bool log = event.message->method == "notifications/message";
    return {&event, is_final || progress || !notification, log};
  }
  return {};
}

Finding finding_that_follows(const Evidence& evidence, const Trailing& trailing, Rule once,
                             Rule ends) {
  Finding finding = finding_of(evidence, "nothing_follows", trailing.must ? once : ends);
  if (!trailing.log) return finding;
  const Finding log = finding_of(evidence, "nothing_follows", kLogsComeBefore);
  if (log.requirements.empty()) return finding;
  finding.level = Level::kMust;
  finding.requirements.insert(finding.requirements.begin(), log.requirements.begin(),
                              log.requirements.end());
  return finding;
}

Reason reason_of(const RpcMessage& trailing, const RpcMessage& final) {
  if (trailing.kind == MessageKind::kInvalid) {
    return {"an empty value or a marker of the end is written as an event",
            "end the stream by ending its body: no event stands for that"};
  }
  if (trailing.is_response() && trailing.id == final.id && trailing.kind == final.kind) {
    return {"the response is sent twice: by the handler's end and by what waits for it",
            "let one place send the response, and forget the request's route with it"};
  }
  return {"messages of the request are still routed to its stream after the end",
          "forget the request's route before, or in one step with, its final message"};
}

Judgement judge_nothing_follows(const Evidence& evidence, Final final, Rule once, Rule ends) {
  const Streams found = streams_with(evidence.timeline, final);
  if (found.streams.empty()) return nothing_to_judge(found, final);
  for (const Exchange* stream : found.streams) {
    const Trailing trailing = trailing_of(*stream);
    if (trailing.event == nullptr) continue;
    Finding finding = finding_that_follows(evidence, trailing, once, ends);
    finding.required = fmt::format("the {} is the last message of its stream", word(final));
    finding.observed = fmt::format("{} followed the {} of {}", describe(*trailing.event->message),
                                   word(final), describe(*stream));
    const Reason reason = reason_of(*trailing.event->message, *stream->final_message());
    finding.likely_cause = reason.likely_cause;
    finding.cure = reason.cure;
    finding.evidence = ladder_of(evidence.timeline, *stream);
    mark_gap(finding.evidence, "event");
    return broken(finding);
  }
  return held();
}

}  // namespace

bool overslept(const Timeline& timeline) {
  return std::ranges::any_of(timeline.windows,
                             [](const auto& window) { return !kept_time(window.what); });
}

bool kept_time(const WindowEnded& window) {
  return window.took <= window.length + kOverslept;
}

bool lasted(const WindowEnded& window, Millis least) {
  const Nanos spare = std::max<Nanos>(kOverslept, window.length - least);
  return window.length >= least && window.took >= window.length &&
         window.took <= window.length + spare;
}

Check stream_ends(Final final, Rule rule, Of of) {
  return {"stream_ends",
          [=](const Evidence& evidence) { return judge_ends(evidence, final, rule, of); }};
}

Check stream_ends_in_order(Final final, Rule rule, Of of) {
  return {"stream_ends_in_order",
          [=](const Evidence& evidence) { return judge_order(evidence, final, rule, of); }};
}

Check nothing_follows(Final final, Rule once, Rule ends) {
  return {"nothing_follows", [=](const Evidence& evidence) {
            return judge_nothing_follows(evidence, final, once, ends);
          }};
}

}  // namespace tailrace
