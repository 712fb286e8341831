// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/subscription.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr Millis kSilent{5000};
constexpr std::string_view kListen = "subscriptions/listen";
constexpr std::string_view kAcknowledged = "notifications/subscriptions/acknowledged";

// The id that a message of the subscription says it belongs to, as JSON.
std::string subscription_of(const RpcMessage& message) {
  const Json& params = message.body[message.is_response() ? "result" : "params"];
  return to_text(params["_meta"][kMetaSubscription]);
}

// For kSilent from its head on, or from the request where no head comes before the first event,
// while another request was answered.
bool was_silent(const Timeline& timeline, const Exchange& listen) {
  const MonoTime from = listen.head_at.value_or(listen.request_at);
  const auto& left = timeline.connection(listen.connection)->we_ended;
  const MonoTime until = left ? left->at : *timeline.last;
  if (listen.ended() && *listen.ended_at < until) return false;
  const bool overslept = std::ranges::any_of(timeline.windows, [](const auto& window) {
    return window.what.took > window.what.length + kOverslept;
  });
  if (overslept) return false;
  return until - from >= kSilent &&
         std::ranges::any_of(timeline.exchanges, [&](const Exchange& other) {
           const auto answered = other.final_at();
           return answered && other.request_at > from && *answered < until;
         });
}

Finding not_acknowledged(const Evidence& evidence, const Exchange& listen,
                         const std::string& check, Rule first) {
  Finding finding = finding_of(evidence, check, first);
  finding.level = std::max(finding.level, Level::kShould);  // No text names a time for it.
  finding.required = "the first message of a subscription is its acknowledgement";
  const bool opened = listen.head_at.has_value();
  finding.observed = fmt::format("{} got {} for {} s while another request was answered",
                                 describe(listen),
                                 opened ? "a stream, and nothing on it" : "nothing at all",
                                 kSilent.count() / 1000);
  finding.likely_cause = opened ? "the stream is opened, and its acknowledgement never written"
                                : "the head waits for a first event, and no acknowledgement is "
                                  "written that would be the first";
  finding.cure = "send the acknowledgement as the first event of the stream";
  finding.evidence = ladder_of(evidence.timeline, listen);
  finding.evidence.push_back(
      gap_line(evidence.timeline, listen.head_at.value_or(listen.request_at) + kSilent,
               "no acknowledgement so far"));
  return finding;
}

Judgement judge_one(const Evidence& evidence, const Exchange& listen, Rule first, Rule tag) {
  const std::string name = "subscription_begins_with_acknowledgement";
  bool begun = false;
  for (const StreamEvent& event : listen.events) {
    if (!event.message) continue;
    const RpcMessage& message = *event.message;
    if (!begun && message.method != kAcknowledged && !message.is_response()) {
      Finding finding = finding_of(evidence, name, first);
      finding.required = "the first message of a subscription is its acknowledgement";
      finding.observed = fmt::format("{} came first on {}", describe(message), describe(listen));
      finding.likely_cause = "the stream is registered for notifications before it is acknowledged";
      finding.cure = "send the acknowledgement, then register the stream";
      finding.evidence = ladder_of(evidence.timeline, listen);
      mark_gap(finding.evidence, "event");
      return broken(finding);
    }
    begun = true;
    const bool error = message.kind == MessageKind::kError;
    if (error || subscription_of(message) == listen.asked->id->text) continue;
    Finding finding = finding_of(evidence, name, tag);
    finding.required = "every message of a subscription carries its id, the listen request's own";
    finding.observed = fmt::format("{} on {} names the subscription {}", describe(message),
                                   describe(listen), subscription_of(message));
    finding.likely_cause = "the id is left out, or turned into another JSON type";
    finding.cure = "copy the request's id, unchanged, into _meta of every message of its stream";
    finding.evidence = ladder_of(evidence.timeline, listen);
    return broken(finding);
  }
  if (begun) return held();
  return was_silent(evidence.timeline, listen)
             ? broken(not_acknowledged(evidence, listen, name, first))
             : inconclusive("no message came on " + describe(listen));
}

Judgement judge_subscriptions(const Evidence& evidence, Rule first, Rule tag) {
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method != kListen) continue;
    if (!exchange.response) {
      return was_silent(evidence.timeline, exchange)
                 ? broken(not_acknowledged(evidence, exchange,
                                           "subscription_begins_with_acknowledgement", first))
                 : inconclusive("subscriptions/listen was not answered");
    }
    if (!exchange.is_event_stream()) {
      return not_applicable(fmt::format("the server offers no subscriptions: it answered {}",
                                        exchange.response->status));
    }
    return judge_one(evidence, exchange, first, tag);
  }
  return inconclusive("no subscription was asked for");
}

}  // namespace

Check subscription_begins_with_acknowledgement(Rule first, Rule tag) {
  return {"subscription_begins_with_acknowledgement",
          [=](const Evidence& evidence) { return judge_subscriptions(evidence, first, tag); }};
}

}  // namespace tailrace
