// SPDX-License-Identifier: Apache-2.0
// Of the checks of closure: answers that are no event stream, and streams whose session ended.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/body_trouble.h"
#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"
#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

Judgement judge_session_end(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto erased = std::find_if(
      timeline.exchanges.begin(), timeline.exchanges.end(),
      [](const Exchange& e) { return e.request.method == "DELETE" && e.response; });
  if (erased == timeline.exchanges.end()) return inconclusive("DELETE was not answered");
  if (!is_success(*erased)) {
    return not_applicable(
        fmt::format("the server answered DELETE with {}", erased->response->status));
  }
  const MonoTime at = *erased->head_at;
  std::size_t open = 0;
  for (const Exchange& stream : timeline.exchanges) {
    if (&stream == &*erased || session_of(stream) != session_of(*erased)) continue;
    if (stream.is_post() && !is_request(stream)) continue;  // Its reply is no stream.
    if (stream.request_at > erased->request_at) continue;
    if (stream.ended_at && *stream.ended_at <= erased->request_at) continue;
    ++open;
    const bool ended = stream.ended() && stream.end != BodyEnd::kUnseen;
    const Nanos after = stream.ended_at.value_or(*timeline.last) - at;
    if (ended && after < kLeftOpen) continue;
    if (after < kLeftOpen) return inconclusive("the streams were not watched for long enough");
    Finding finding = finding_of(evidence, "streams_end_with_session", Rule{});
    finding.level = Level::kShould;  // What becomes of them is open (AMB-11), but not for ever.
    finding.required = "the streams of a session end with it";
    finding.observed = fmt::format("the stream of {} was open {} after DELETE had been answered",
                                   describe(stream), in_millis(after));
    finding.likely_cause = "DELETE removes the session and leaves its streams to nobody";
    finding.cure = "end the session's streams before it is removed";
    finding.evidence = ladder_of(timeline, stream, *erased);
    finding.evidence.push_back(gap_line(timeline, at + kLeftOpen, "no end of the stream so far"));
    return broken(finding);
  }
  return open == 0 ? not_applicable("no stream was open when the session ended") : held();
}

Finding without_end(const Evidence& evidence, const Exchange& first, std::size_t open,
                    std::size_t judged) {
  const bool grows = open >= kOpenStreamsAreHarm;
  Finding finding =
      finding_of(evidence, "answers_to_delete_end", Rule{}, grows ? "harm.open_streams" : "");
  if (!grows) finding.level = Level::kShould;  // It may have come yet.
  finding.required = "the answer to DELETE completes its HTTP message";
  finding.observed = fmt::format("{} of {} answers to DELETE had not ended after {}; first: {}",
                                 open, judged, in_millis(kLeftOpen), describe(first));
  finding.likely_cause = "the head is sent without a length, and nobody ends the body";
  finding.cure = "answer DELETE with Content-Length: 0, or with 204";
  finding.evidence = ladder_of(evidence.timeline, first);
  finding.evidence.push_back(
      gap_line(evidence.timeline, *first.head_at + kLeftOpen, "no end of the answer so far"));
  return finding;
}

// A should: it may take its time, and the session may be gone. Who waits for it never closes.
Finding without_answer(const Evidence& evidence, const Exchange& exchange, MonoTime until) {
  Finding finding = finding_of(evidence, "answers_to_delete_end", Rule{});
  finding.level = Level::kShould;
  finding.required = "DELETE is answered";
  finding.observed = fmt::format("{} had no answer after {}", describe(exchange),
                                 in_millis(until - exchange.request_at));
  finding.likely_cause = "the end of the session ends the handler of DELETE, or waits for what is "
                         "open in the session";
  finding.cure = "answer DELETE, and let nothing that is open hold it up";
  finding.evidence = ladder_of(evidence.timeline, exchange);
  finding.evidence.push_back(gap_line(evidence.timeline, until, "no answer so far"));
  return finding;
}

// A should: 405 is for who does not want it, and 500 tells that ending the session failed.
Finding went_wrong(const Evidence& evidence, const Exchange& exchange) {
  Finding finding = finding_of(evidence, "answers_to_delete_end", Rule{});
  finding.level = Level::kShould;
  finding.required = "DELETE of a session that lives ends it, or gets 405";
  finding.observed = describe(exchange) + " got 500";
  finding.likely_cause = "an error of the handler that ends sessions reaches the client";
  finding.cure = "answer DELETE with 200 or 204 when the session is gone, and with 405 when it may "
                 "not be ended";
  finding.evidence = ladder_of(evidence.timeline, exchange);
  return finding;
}

Finding broken_off(const Evidence& evidence, const Exchange& exchange, Rule rule) {
  Finding finding = finding_of(evidence, "answers_to_delete_end", rule);
  finding.required = "the answer to DELETE completes its HTTP message";
  finding.observed = describe(exchange) + " got an answer that broke off inside its message";
  finding.likely_cause = "the connection is dropped instead of the body being finished";
  finding.cure = "finish the answer before the connection is closed or kept";
  finding.evidence = ladder_of(evidence.timeline, exchange);
  return finding;
}

// When the script had waited long enough for the head of an answer, on a connection that stayed.
std::optional<MonoTime> waited_in_vain(const Timeline& timeline, const Exchange& exchange) {
  if (exchange.ended() && exchange.end != BodyEnd::kUnseen) return std::nullopt;
  const auto is_long = [&](const auto& wait) {
    return wait.at - exchange.request_at >= kLeftOpen;
  };
  const auto deadline = std::ranges::find_if(timeline.deadlines, is_long);
  if (deadline != timeline.deadlines.end()) return deadline->at;
  // One that is long enough and kept time tells, however the machine stood still in another.
  const bool all_kept_time = !overslept_after(timeline, exchange.request_at);
  const auto window = std::ranges::find_if(timeline.windows, [&](const auto& wait) {
    return is_long(wait) && (all_kept_time || lasted(wait.what, kLeftOpen));
  });
  return window == timeline.windows.end() ? std::nullopt : std::optional(window->at);
}

// Those with an error status are judged as refusals.
Judgement judge_deletes(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::size_t judged = 0, open = 0;
  const Exchange *first = nullptr, *refused = nullptr;
  for (const Exchange& exchange : timeline.exchanges) {
    if (exchange.request.method != "DELETE") continue;
    if (!exchange.response) {
      const auto until = waited_in_vain(timeline, exchange);
      if (until) return broken(without_answer(evidence, exchange, *until));
      continue;
    }
    if (!is_success(exchange)) {
      refused = &exchange;
      continue;
    }
    ++judged;
    if (exchange.end == BodyEnd::kComplete) continue;
    if (exchange.ended() && exchange.end != BodyEnd::kUnseen) {
      return broken(broken_off(evidence, exchange, rule));
    }
    const Nanos seen = exchange.ended_at.value_or(*timeline.last) - *exchange.head_at;
    if (seen < kLeftOpen) return inconclusive("an answer to DELETE was not watched long enough");
    if (first == nullptr) first = &exchange;
    ++open;
  }
  if (first != nullptr) return broken(without_end(evidence, *first, open, judged));
  if (refused != nullptr && refused->response->status == kFirstServerError) {
    return broken(went_wrong(evidence, *refused));
  }
  if (judged > 0) return held();
  if (refused == nullptr) return inconclusive("DELETE was not answered");
  return not_applicable(
      fmt::format("the server answered DELETE with {}", refused->response->status));
}

// Its body was to be had in time: a capture that ends in the middle of it tells nothing.
bool was_awaited(const Timeline& timeline, const Exchange& exchange) {
  return std::any_of(timeline.deadlines.begin(), timeline.deadlines.end(),
                     [&](const auto& passed) { return passed.at >= *exchange.head_at; });
}

std::optional<BodyTrouble> never_ended() {
  return BodyTrouble{"never completed its body",
                     {"the length that is announced is not that of the message that is sent, or "
                      "nobody ends the body",
                      "serialize the response once, and send its length and its bytes"}};
}

Judgement judge_json(const Evidence& evidence, Rule rule) {
  std::size_t answered = 0, under_way = 0;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!is_request(exchange) || !is_success(exchange) || !is_json(*exchange.response)) continue;
    if (exchange.end == BodyEnd::kUnseen) continue;
    if (!exchange.ended() && !was_awaited(evidence.timeline, exchange)) {
      ++under_way;
      continue;
    }
    ++answered;
    const auto trouble = exchange.ended() ? body_trouble_of(exchange) : never_ended();
    if (!trouble) continue;
    Finding finding = finding_of(evidence, "json_answers_are_whole", rule);
    finding.required = "an answer in application/json is one JSON object in a complete body";
    finding.observed = fmt::format("the answer of {} {}", describe(exchange), trouble->what);
    finding.likely_cause = trouble->reason.likely_cause;
    finding.cure = trouble->reason.cure;
    finding.evidence = ladder_of(evidence.timeline, exchange);
    return broken(finding);
  }
  if (answered == 0 && under_way > 0) return inconclusive("no answer was seen to its end");
  if (answered == 0) return not_applicable("the server answers with event streams, not with JSON");
  return held();
}

}  // namespace

Check streams_end_with_session() {
  return {"streams_end_with_session", judge_session_end};
}

Check answers_to_delete_end(Rule rule) {
  return {"answers_to_delete_end",
          [=](const Evidence& evidence) { return judge_deletes(evidence, rule); }};
}

Check json_answers_are_whole(Rule rule) {
  return {"json_answers_are_whole",
          [=](const Evidence& evidence) { return judge_json(evidence, rule); }};
}

}  // namespace tailrace
