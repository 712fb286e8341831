// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/subscription.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/judge/service.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr Millis kSilent{5000};
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
  return until - from >= kSilent && watched_for(timeline, from, kSilent) &&
         std::ranges::any_of(timeline.exchanges, [&](const Exchange& other) {
           const auto answered = other.final_at();
           return answered && other.request_at > from && *answered < until;
         });
}

Finding ended_untold(const Evidence& evidence, const Exchange& listen, const std::string& check,
                     Rule first) {
  Finding finding = finding_of(evidence, check, first);
  finding.level = std::max(finding.level, Level::kShould);  // It may have failed.
  finding.required = "the first message of a subscription is its acknowledgement";
  finding.observed =
      fmt::format("{} got a stream that ended without a message", describe(listen));
  finding.likely_cause = "a subscription that cannot be had is closed untold: there are too many, "
                         "or an earlier one with its id is still in the table, be it another "
                         "client's";
  finding.cure = "keep subscriptions by their stream, and refuse with an Error";
  finding.evidence = ladder_of(evidence.timeline, listen);
  return finding;
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
  if (is_over(evidence.timeline, listen)) {
    return broken(ended_untold(evidence, listen, name, first));
  }
  return was_silent(evidence.timeline, listen)
             ? broken(not_acknowledged(evidence, listen, name, first))
             : inconclusive("no message came on " + describe(listen));
}

Judgement judge_subscriptions(const Evidence& evidence, Rule first, Rule tag) {
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method != kListenMethod) continue;
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

Judgement not_apart(const Evidence& evidence, const Exchange& first, const Exchange& equal,
                    std::string observed, Rule rule) {
  Finding finding = finding_of(evidence, "subscriptions_are_apart", rule);
  finding.required = "subscriptions of different callers do not cost each other, equal ids or not";
  finding.observed = std::move(observed);
  finding.likely_cause = "subscriptions are kept by the request's id alone, which every client "
                         "counts from the same number";
  finding.cure = "keep each by its own stream; the id only marks what is sent on it";
  finding.evidence = ladder_of(evidence.timeline, first, equal);
  return broken(std::move(finding));
}

Judgement judge_apart(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::vector<const Exchange*> listens;
  for (const Exchange& exchange : timeline.exchanges) {
    if (exchange.asked && exchange.asked->method == kListenMethod) listens.push_back(&exchange);
  }
  if (listens.size() < 3) return inconclusive("the script did not come to its third subscription");
  const Exchange &first = *listens[0], &other = *listens[1], &equal = *listens[2];
  if (!begun_at(first)) return inconclusive("no subscription was acknowledged");
  if (!begun_at(other)) return not_applicable("the server serves one subscription at a time");
  // With a result it was the server that ended it, as it may; and where another ends as well, by
  // its age or all at once, the id is no reason.
  const bool by_server = first.final_message() != nullptr || is_over(timeline, other);
  if (is_over(timeline, first) && *first.ended_at >= equal.request_at && !by_server) {
    return not_apart(evidence, first, equal,
                     fmt::format("the stream of {} ended {} after {} asked for one with that id",
                                 describe(first), in_millis(*first.ended_at - equal.request_at),
                                 describe(equal)),
                     rule);
  }
  if (begun_at(equal)) return held();
  // Of its number, and not of its id, where a fourth of another id fares no better.
  if (listens.size() < 4) return inconclusive("the script did not come to its last subscription");
  if (!begun_at(*listens[3])) {
    return not_applicable("the server serves no third subscription, whatever its id");
  }
  const bool refused = equal.response && !equal.is_event_stream();
  if (!refused && !is_over(timeline, equal) && !was_silent(timeline, equal)) {
    return inconclusive("no message came on " + describe(equal));
  }
  std::string got = "a stream, and nothing on it";
  if (refused) got = fmt::format("{}", equal.response->status);
  if (!refused && is_over(timeline, equal)) got = "a stream that ended without an acknowledgement";
  return not_apart(evidence, first, equal,
                   fmt::format("{} got {} while {} was open; one with another id got its "
                               "acknowledgement",
                               describe(equal), got, describe(first)),
                   rule);
}

}  // namespace

std::optional<MonoTime> begun_at(const Exchange& listen) {
  const auto first = std::ranges::find_if(listen.events, [](const StreamEvent& event) {
    return event.message && event.message->method == kAcknowledged;
  });
  return first == listen.events.end() ? std::nullopt : std::optional(first->at);
}

bool is_over(const Timeline& timeline, const Exchange& listen) {
  const auto& left = timeline.connection(listen.connection)->we_ended;
  return listen.ended() && (!left || *listen.ended_at < left->at);
}

Check subscriptions_are_apart(Rule rule) {
  return {"subscriptions_are_apart",
          [=](const Evidence& evidence) { return judge_apart(evidence, rule); }};
}

Check subscription_begins_with_acknowledgement(Rule first, Rule tag) {
  return {"subscription_begins_with_acknowledgement",
          [=](const Evidence& evidence) { return judge_subscriptions(evidence, first, tag); }};
}

}  // namespace tailrace
