// SPDX-License-Identifier: Apache-2.0
// What comes on the stream of a subscription that is none of its own, and what ends it.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "harness/judge/ladder.h"
#include "harness/judge/service.h"
#include "harness/judge/subscription.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr std::string_view kAcknowledgedMethod = "notifications/subscriptions/acknowledged";
constexpr Millis kLivesOn{500};

std::vector<const Exchange*> subscriptions_of(const Timeline& timeline) {
  std::vector<const Exchange*> listens;
  for (const Exchange& exchange : timeline.exchanges) {
    const bool listens_here = exchange.asked && exchange.asked->method == kListenMethod;
    if (listens_here && exchange.is_event_stream()) listens.push_back(&exchange);
  }
  return listens;
}

std::optional<MonoTime> begun_at(const Exchange& listen) {
  const auto first = std::ranges::find_if(listen.events, [](const StreamEvent& event) {
    return event.message && event.message->method == kAcknowledgedMethod;
  });
  return first == listen.events.end() ? std::nullopt : std::optional(first->at);
}

// Answers to others came while it was open.
bool heard_others(const Timeline& timeline, const Exchange& listen) {
  const auto begun = begun_at(listen);
  return begun && std::ranges::any_of(timeline.exchanges, [&](const Exchange& other) {
    const auto at = other.final_at();
    return &other != &listen && at && *at > *begun && (!listen.ended() || *at < *listen.ended_at);
  });
}

Judgement stray(const Evidence& evidence, const Exchange& listen, const RpcMessage& message,
                Rule rule) {
  Finding finding = finding_of(evidence, "subscriptions_bring_their_own", rule);
  finding.required = "a subscription brings what it asked for, and nothing of other requests";
  finding.observed = fmt::format("{} came on {}", describe(message), describe(listen));
  finding.likely_cause = "the stream of a subscription is registered as one for everything";
  finding.cure = "send responses, progress and logs on the stream of the request they are of";
  finding.evidence = ladder_of(evidence.timeline, listen);
  return broken(std::move(finding));
}

Judgement judge_stray(const Evidence& evidence, Rule answers, Rule logs, Rule progress) {
  const auto listens = subscriptions_of(evidence.timeline);
  for (const Exchange* const listen : listens) {
    for (const StreamEvent& event : listen->events) {
      if (!event.message) continue;
      const RpcMessage& message = *event.message;
      const bool of_other = message.is_response() && message.id && message.id != listen->asked->id;
      if (of_other) return stray(evidence, *listen, message, answers);
      if (message.method == "notifications/message") {
        return stray(evidence, *listen, message, logs);
      }
      if (message.method == "notifications/progress") {
        return stray(evidence, *listen, message, progress);
      }
    }
  }
  if (listens.empty()) return not_applicable("the server offers no subscriptions");
  const bool tried = std::ranges::any_of(listens, [&](const Exchange* listen) {
    return heard_others(evidence.timeline, *listen);
  });
  return tried ? held() : inconclusive("nothing was answered beside an open subscription");
}

Judgement judge_lives(const Evidence& evidence, Rule others, Rule result) {
  const Timeline& timeline = evidence.timeline;
  const Exchange* left = nullptr;
  const Exchange* over = nullptr;
  auto listens = subscriptions_of(timeline);
  std::erase_if(listens, [](const Exchange* listen) { return !begun_at(*listen); });
  for (const Exchange* const listen : listens) {
    const auto& we_ended = timeline.connection(listen->connection)->we_ended;
    const bool by_server = listen->ended() && (!we_ended || *listen->ended_at < we_ended->at);
    if (by_server && listen->final_message() == nullptr) over = listen;
    if (!by_server && left == nullptr) left = listen;
  }
  if (listens.size() < 2) return not_applicable("the server serves one subscription at a time");
  const auto left_at = left != nullptr ? timeline.connection(left->connection)->we_ended
                                       : std::optional<ConnectionEnd>();
  if (over == nullptr) {
    const bool watched = left_at && watched_for(timeline, left_at->at, kLivesOn);
    return watched ? held() : inconclusive("no subscription was watched when another was left");
  }
  const MonoTime ended_at = *over->ended_at;
  const bool with_other = left_at && ended_at >= left_at->at;
  Finding finding =
      finding_of(evidence, "subscriptions_outlive_others", with_other ? others : result);
  finding.level = std::max(finding.level, Level::kShould);  // It may have failed just then.
  finding.required = with_other ? "a subscription lives on when that of another client is left"
                                : "a subscription that the server ends is answered with a result";
  finding.observed = with_other
                         ? fmt::format("{} ended {} after {} had been left", describe(*over),
                                       in_millis(ended_at - left_at->at), describe(*left))
                         : fmt::format("{} ended by itself, without a result", describe(*over));
  finding.likely_cause = with_other ? "what ends with one subscription is that of all"
                                    : "the stream has a limit of time, like that of a request";
  finding.cure = with_other ? "give each subscription a context of its own, and end that alone"
                            : "send the result before the end, or keep the stream open";
  finding.evidence = ladder_of(timeline, *over);
  return broken(std::move(finding));
}

}  // namespace

Check subscriptions_bring_their_own(Rule answers, Rule logs, Rule progress) {
  return {"subscriptions_bring_their_own", [=](const Evidence& evidence) {
            return judge_stray(evidence, answers, logs, progress);
          }};
}

Check subscriptions_outlive_others(Rule others, Rule result) {
  return {"subscriptions_outlive_others", [=](const Evidence& evidence) {
            return judge_lives(evidence, others, result);
          }};
}

}  // namespace tailrace
