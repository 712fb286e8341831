// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/refusal.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

constexpr int kBadRequest = 400;
constexpr int kMethodNotFound = -32601;

// Left open, as those of streams are: one may be an accident, kOpenStreamsAreHarm are none.
Finding left_open(const Evidence& evidence, const std::vector<const Exchange*>& open) {
  const bool grows = open.size() >= kOpenStreamsAreHarm;
  const Exchange& first = *open.front();
  Finding finding =
      finding_of(evidence, "refusals_are_complete", Rule{}, grows ? "harm.open_streams" : "");
  if (!grows) finding.level = Level::kShould;  // It may have come yet.
  finding.observed =
      fmt::format("the reply {} to {} had not ended after {}", first.response->status,
                  describe(first), in_millis(kLeftOpen));
  if (grows) finding.observed += fmt::format("; {} like this", open.size());
  finding.likely_cause = "the response is not ended after its body was written: no last chunk, or "
                         "fewer bytes than Content-Length announces";
  finding.cure = "end the response where the request is refused";
  finding.evidence = ladder_of(evidence.timeline, first);
  return finding;
}

Finding broken_off(const Evidence& evidence, const Exchange& exchange, Rule rule) {
  Finding finding = finding_of(evidence, "refusals_are_complete", rule);
  finding.observed =
      fmt::format("the reply {} to {} broke off inside its message", exchange.response->status,
                  describe(exchange));
  finding.likely_cause = "the length that was announced is not the length that is sent";
  finding.cure = "send the whole body of error replies, or none";
  finding.evidence = ladder_of(evidence.timeline, exchange);
  return finding;
}

Judgement judge_complete(const Evidence& evidence, Rule rule) {
  std::size_t refused = 0;
  std::vector<const Exchange*> open;
  std::optional<Finding> finding;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!is_refused(exchange)) continue;
    // By us, or the capture does not go on.
    const bool left = !exchange.ended() || exchange.end == BodyEnd::kUnseen;
    const MonoTime seen = exchange.ended_at.value_or(*evidence.timeline.last);
    if (left && seen - *exchange.head_at < kLeftOpen) continue;
    ++refused;
    if (left) open.push_back(&exchange);
    if (left || exchange.end == BodyEnd::kComplete || finding) continue;
    finding = broken_off(evidence, exchange, rule);
  }
  if (!finding && !open.empty()) finding = left_open(evidence, open);
  if (finding) {
    finding->required = "a reply with an error status completes its HTTP message";
    return broken(*finding);
  }
  return refused == 0 ? not_applicable("no request was refused with an error status") : held();
}

Judgement judge_unknown_method(const Evidence& evidence, int status, Rule rule) {
  std::size_t answered = 0;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    const RpcMessage* final = exchange.final_message();
    if (final == nullptr || final->kind != MessageKind::kError || !exchange.response) continue;
    if (final->body["error"]["code"].as_int() != kMethodNotFound) continue;
    ++answered;
    if (exchange.response->status == status) continue;
    Finding finding = finding_of(evidence, "unknown_method_gets", rule);
    finding.required = fmt::format("the Error {} comes with status {}", kMethodNotFound, status);
    finding.observed = fmt::format("{} was answered with {} and {}", describe(exchange),
                                   exchange.response->status, describe(*final));
    finding.likely_cause = "the handler's Error is sent after the status has been chosen";
    finding.cure = "look the method up before the head of the response goes out";
    finding.evidence = ladder_of(evidence.timeline, exchange);
    return broken(finding);
  }
  if (answered == 0) return not_applicable("no Error for an unknown method came");
  return held();
}

Judgement judge_methods(const Evidence& evidence, Rule rule) {
  std::size_t asked = 0;
  Judgement judgement = held();
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    const bool is_one = exchange.request.method == "GET" || exchange.request.method == "DELETE";
    if (!is_one || !exchange.response || is_elsewhere(evidence.timeline, exchange)) continue;
    ++asked;
    const int status = exchange.response->status;
    if (status == kMethodNotAllowed) continue;
    Finding finding = finding_of(evidence, "methods_are_refused", rule);
    // The rule binds who serves this revision alone. Who serves older ones, too, may look for the
    // session of such a request before its revision, and there is none.
    const bool looks_for_session = status == kBadRequest || status == kNotFound;
    if (looks_for_session) finding.level = Level::kNote;
    finding.required = "GET and DELETE are answered with 405";
    finding.observed =
        fmt::format("{} was answered with {}", exchange.request.method, exchange.response->status);
    finding.likely_cause = "the endpoint still serves the sessions of earlier revisions";
    finding.cure = "answer 405 with Allow: POST where the request names this revision";
    finding.evidence = ladder_of(evidence.timeline, exchange);
    if (!looks_for_session) return broken(finding);
    judgement.findings.push_back(std::move(finding));
  }
  return asked == 0 ? inconclusive("neither GET nor DELETE was answered") : judgement;
}

Judgement judge_unknown_session(const Evidence& evidence) {
  const auto& exchanges = evidence.timeline.exchanges;
  const auto& marks = evidence.timeline.marks;
  const auto mark = std::find_if(marks.begin(), marks.end(), [](const auto& m) {
    return m.what.name == kMarkUnknownSession;
  });
  if (mark == marks.end()) return inconclusive("no request of an unknown session was sent");
  const auto is_asked = [&](const Exchange& e) { return e.is_post() && e.request_at >= mark->at; };
  auto asked = std::find_if(exchanges.begin(), exchanges.end(), is_asked);
  if (asked == exchanges.end()) return inconclusive("no request of an unknown session was sent");
  // The first that was not refused with 404, where there is one.
  const auto wrong = std::find_if(asked, exchanges.end(), [&](const Exchange& e) {
    return is_asked(e) && e.response && e.response->status != kNotFound && !is_refused_for_now(e);
  });
  if (wrong == exchanges.end()) {
    return asked->response ? held() : inconclusive("the request was not answered");
  }
  asked = wrong;
  const int status = asked->response->status;
  const RpcMessage* final = asked->final_message();
  const bool served = final != nullptr && final->kind == MessageKind::kResult;
  Finding finding = finding_of(evidence, "unknown_session_is_refused", Rule{},
                               served ? "harm.unknown_session_served" : "");
  if (!served) finding.level = Level::kShould;  // A field regression.
  finding.required = "a request of a session that was never opened is refused, with 404";
  finding.observed = fmt::format("{} with an id that nobody gave out was answered with {}{}",
                                 describe(*asked), status, served ? " and served" : "");
  finding.likely_cause = served ? "ids of sessions are not looked up, one is made up for an id "
                                  "that is not in the table, or found by a part of its id"
                       : status >= kFirstServerError
                           ? "the look-up of an unknown id throws, and nothing catches it"
                           : "an unknown id is taken for a request without one";
  finding.cure = "answer 404: then a client whose session was lost opens another";
  finding.evidence = ladder_of(evidence.timeline, *asked);
  mark_gap(finding.evidence, std::to_string(status));
  return broken(finding);
}

}  // namespace

Check refusals_are_complete(Rule rule) {
  return {"refusals_are_complete",
          [=](const Evidence& evidence) { return judge_complete(evidence, rule); }};
}

Check unknown_method_gets(int status, Rule rule) {
  return {"unknown_method_gets",
          [=](const Evidence& evidence) { return judge_unknown_method(evidence, status, rule); }};
}

Check methods_are_refused(Rule rule) {
  return {"methods_are_refused",
          [=](const Evidence& evidence) { return judge_methods(evidence, rule); }};
}

Check unknown_session_is_refused() {
  return {"unknown_session_is_refused", judge_unknown_session};
}

}  // namespace tailrace
