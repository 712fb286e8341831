// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/opening.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

struct Opening {
  const Exchange* initialize = nullptr;  // Without an answer
  const Exchange* cancel = nullptr;      // ... of it
  std::optional<MonoTime> given_up;      // By the first sign of it
  bool left = false;                     // Unasked
  MonoTime watched;                      // Until then: what comes later is our doing.
};

Opening opening_of(const Timeline& timeline) {
  Opening opening;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked) continue;
    const RpcMessage& asked = *exchange.asked;
    if (asked.method == "initialize" && opening.initialize == nullptr && !exchange.response) {
      opening.initialize = &exchange;
    } else if (asked.method == "notifications/cancelled" && opening.initialize != nullptr &&
               opening.cancel == nullptr) {
      const auto& id = opening.initialize->asked->id;
      const std::string named = to_text(asked.body["params"]["requestId"]);
      if (id && named == id->text) opening.cancel = &exchange;
    }
  }
  if (opening.initialize == nullptr) return opening;
  opening.watched = timeline.windows.empty() ? *timeline.last : timeline.windows.back().at;
  const auto sign = [&](MonoTime at) {
    if (at > opening.watched) return;
    opening.given_up = std::min(opening.given_up.value_or(at), at);
  };
  const Connection* connection = timeline.connection(opening.initialize->connection);
  if (connection != nullptr && connection->peer_ended) sign(connection->peer_ended->at);
  if (opening.cancel != nullptr) sign(opening.cancel->request_at);
  opening.left = timeline.process_ended && !timeline.process_ended->what.asked;
  if (opening.left) sign(timeline.process_ended->at);
  return opening;
}

// Where there is nothing to judge.
std::optional<Judgement> without_premise(const Opening& opening) {
  if (opening.initialize == nullptr) return inconclusive("no initialize came");
  if (opening.given_up) return std::nullopt;
  return not_applicable("the client waits for its initialize longer than we watched");
}

Judgement judge_cancelled(const Evidence& evidence, Rule rule) {
  const Opening opening = opening_of(evidence.timeline);
  if (auto none = without_premise(opening)) return *none;
  if (opening.cancel == nullptr) return held();
  Finding finding = finding_of(evidence, "initialize_is_not_cancelled", rule);
  finding.required = "a client that waits no longer for initialize leaves, and cancels nothing";
  finding.observed = "notifications/cancelled named " + describe(*opening.initialize);
  finding.likely_cause = "the time-out of every request is told, that of initialize too";
  finding.cure = "leave initialize out where a request that ran out of time is cancelled";
  finding.evidence = ladder_of(evidence.timeline, *opening.initialize, *opening.cancel);
  return broken(finding);
}

Judgement judge_leaving(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const Opening opening = opening_of(timeline);
  if (auto none = without_premise(opening)) return *none;
  const MonoTime until = opening.left ? timeline.process_ended->at : opening.watched;
  const Millis most = call_limit_of(timeline) * kLimitsUntilHarm;
  const Nanos took = until - *opening.given_up;
  if (took <= most && opening.left) return held();
  if (took <= most) return inconclusive("the client was not watched to its end");
  Finding finding = finding_of(evidence, "leaves_after_giving_up", Rule{});
  finding.level = Level::kShould;
  finding.required = "closing a client is bounded, also before it has connected";
  finding.observed = fmt::format("it {} {} after it had given up {}",
                                 opening.left ? "left only" : "had not left", in_millis(took),
                                 describe(*opening.initialize));
  finding.likely_cause = "closing waits for the answer to initialize";
  finding.cure = "let the end of the transport end every request that waits, initialize too";
  finding.evidence = ladder_of(timeline, *opening.initialize);
  finding.evidence.push_back(gap_line(timeline, until, "the client is still there"));
  return broken(finding);
}

// What was unlike the plainest answer.
void blame_form(Finding& finding, const Exchange& opening) {
  if (!opening.events.empty()) {
    finding.likely_cause = "the answer to initialize is looked for in a body of JSON, or the first "
                           "message of its stream is taken for it";
    finding.cure = "read the answer to initialize as that to any other request: by its id, from "
                   "either form";
  } else if (opening.response->find("mcp-session-id") == nullptr) {
    finding.likely_cause = "a server without sessions is not expected";
    finding.cure = "go on without Mcp-Session-Id where initialize brought none";
  } else {
    finding.likely_cause = "names of headers are compared with case";
    finding.cure = "compare names of headers without case (RFC 9110, section 5.1)";
  }
}

// Without sessions a client may ask what the server speaks, or call at once.
bool opens(const Exchange& exchange) {
  return exchange.asked &&
         (exchange.asked->method == "initialize" || exchange.asked->method == "server/discover");
}

Judgement judge_going_on(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const bool calls_at_once =
      !timeline.exchanges.empty() && std::ranges::none_of(timeline.exchanges, opens);
  if (calls_at_once && !has_sessions(evidence.revision)) {
    return not_applicable("the client asks for nothing before its first call");
  }
  // Some look first whether the server speaks a newer revision, and open as of old where not.
  const auto opening = std::ranges::find_if(timeline.exchanges, [](const Exchange& exchange) {
    const RpcMessage* const final = exchange.final_message();
    return opens(exchange) && is_success(exchange) && final != nullptr &&
           final->kind == MessageKind::kResult;
  });
  if (opening == timeline.exchanges.end()) {
    return inconclusive("no opening of the client was answered");
  }
  // By a notification at least; for a GET or DELETE the head of the answer is enough.
  const bool goes_on = std::ranges::any_of(timeline.exchanges, [&](const Exchange& later) {
    return later.request_at > *opening->final_at() && later.is_post() && !opens(later);
  });
  if (goes_on) return held();
  const bool left = timeline.process_ended && !timeline.process_ended->what.asked;
  Finding finding = finding_of(evidence, "goes_on_after_initialize", Rule{}, "harm.answer_lost");
  finding.required = "a client reads the answer to initialize, in each form that it may have";
  finding.observed = fmt::format("{} was answered, and the client {} and posted nothing more",
                                 describe(*opening), left ? "left" : "stayed");
  blame_form(finding, *opening);
  finding.evidence = ladder_of(timeline, *opening);
  return broken(finding);
}

}  // namespace

Check goes_on_after_initialize() {
  return {"goes_on_after_initialize", judge_going_on};
}

Check initialize_is_not_cancelled(Rule rule) {
  return {"initialize_is_not_cancelled",
          [=](const Evidence& evidence) { return judge_cancelled(evidence, rule); }};
}

Check leaves_after_giving_up() {
  return {"leaves_after_giving_up", judge_leaving};
}

}  // namespace tailrace
