// SPDX-License-Identifier: Apache-2.0
// Of the checks of closure: answers that are no event stream, and streams whose session ended.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
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

std::string trouble_of(const Exchange& exchange) {
  if (exchange.end == BodyEnd::kCut) return "broke off by FIN inside its body";
  if (exchange.end == BodyEnd::kReset) return "was reset inside its body";
  if (exchange.end == BodyEnd::kMalformed || exchange.end == BodyEnd::kOpen) {
    return "never completed its body";
  }
  if (!exchange.answer || !exchange.answer->is_response()) return "is no single JSON-RPC response";
  return "";
}

// Its body was to be had in time: a capture that ends in the middle of it tells nothing.
bool was_awaited(const Timeline& timeline, const Exchange& exchange) {
  return std::any_of(timeline.deadlines.begin(), timeline.deadlines.end(),
                     [&](const auto& passed) { return passed.at >= *exchange.head_at; });
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
    const std::string trouble = trouble_of(exchange);
    if (trouble.empty()) continue;
    Finding finding = finding_of(evidence, "json_answers_are_whole", rule);
    finding.required = "an answer in application/json is one JSON object in a complete body";
    finding.observed = fmt::format("the answer of {} {}", describe(exchange), trouble);
    finding.likely_cause = "the length that is announced is not that of the message that is sent";
    finding.cure = "serialize the response once, and send its length and its bytes";
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

Check json_answers_are_whole(Rule rule) {
  return {"json_answers_are_whole",
          [=](const Evidence& evidence) { return judge_json(evidence, rule); }};
}

}  // namespace tailrace
