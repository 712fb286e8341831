// SPDX-License-Identifier: Apache-2.0
// Answers on the stream of a subscription that are none of its own, and what ends it.
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

constexpr Millis kLivesOn{500};

std::vector<const Exchange*> subscriptions_of(const Timeline& timeline) {
  std::vector<const Exchange*> listens;
  for (const Exchange& exchange : timeline.exchanges) {
    const bool listens_here = exchange.asked && exchange.asked->method == kListenMethod;
    if (listens_here && exchange.is_event_stream()) listens.push_back(&exchange);
  }
  return listens;
}

// Answers to others came while it was open.
bool heard_others(const Timeline& timeline, const Exchange& listen) {
  const auto begun = begun_at(listen);
  return begun && std::ranges::any_of(timeline.exchanges, [&](const Exchange& other) {
    const auto at = other.final_at();
    return &other != &listen && at && *at > *begun && (!listen.ended() || *at < *listen.ended_at);
  });
}

Judgement judge_answers(const Evidence& evidence, Rule rule) {
  const auto listens = subscriptions_of(evidence.timeline);
  for (const Exchange* const listen : listens) {
    for (const StreamEvent& event : listen->events) {
      if (!event.message) continue;
      const RpcMessage& message = *event.message;
      const bool of_other = message.is_response() && message.id && message.id != listen->asked->id;
      if (!of_other) continue;
      Finding finding = finding_of(evidence, "subscriptions_bring_no_answers", rule);
      finding.required = "a subscription brings what it asked for, and no answers to others";
      finding.observed = fmt::format("{} came on {}", describe(message), describe(*listen));
      finding.likely_cause = "the stream of a subscription is registered as one for everything";
      finding.cure = "send a response on the stream of the request it is of";
      finding.evidence = ladder_of(evidence.timeline, *listen);
      return broken(std::move(finding));
    }
  }
  if (listens.empty()) return not_applicable("the server offers no subscriptions");
  const bool tried = std::ranges::any_of(listens, [&](const Exchange* listen) {
    return heard_others(evidence.timeline, *listen);
  });
  return tried ? held() : inconclusive("nothing was answered beside an open subscription");
}

Finding ended(const Evidence& evidence, const Exchange& over, Rule rule) {
  Finding finding = finding_of(evidence, "subscriptions_outlive_others", rule);
  finding.level = std::max(finding.level, Level::kShould);  // It may have failed just then.
  finding.evidence = ladder_of(evidence.timeline, over);
  return finding;
}

Finding ended_with_other(const Evidence& evidence, const Exchange& over, const Exchange& left,
                         Nanos after, Rule rule) {
  Finding finding = ended(evidence, over, rule);
  finding.required = "a subscription lives on when that of another client is left";
  finding.observed = fmt::format("{} ended {} after {} had been left", describe(over),
                                 in_millis(after), describe(left));
  finding.likely_cause = "what ends with one subscription is that of all";
  finding.cure = "give each subscription a context of its own, and end that alone";
  return finding;
}

Finding ended_by_itself(const Evidence& evidence, const Exchange& over, Rule rule) {
  Finding finding = ended(evidence, over, rule);
  finding.required = "a subscription that the server ends is answered with a result";
  finding.observed = fmt::format("{} ended by itself, without a result", describe(over));
  finding.likely_cause = "the stream has a limit of time, like that of a request";
  finding.cure = "send the result before the end, or keep the stream open";
  return finding;
}

Judgement judge_lives(const Evidence& evidence, Rule others, Rule result) {
  const Timeline& timeline = evidence.timeline;
  const Exchange* left = nullptr;
  const Exchange* over = nullptr;
  auto listens = subscriptions_of(timeline);
  std::erase_if(listens, [](const Exchange* listen) { return !begun_at(*listen); });
  for (const Exchange* const listen : listens) {
    const bool by_server = is_over(timeline, *listen);
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
  const bool with_other = left_at && *over->ended_at >= left_at->at;
  if (!with_other) return broken(ended_by_itself(evidence, *over, result));
  return broken(ended_with_other(evidence, *over, *left, *over->ended_at - left_at->at, others));
}

}  // namespace

Check subscriptions_bring_no_answers(Rule rule) {
  return {"subscriptions_bring_no_answers",
          [=](const Evidence& evidence) { return judge_answers(evidence, rule); }};
}

Check subscriptions_outlive_others(Rule others, Rule result) {
  return {"subscriptions_outlive_others", [=](const Evidence& evidence) {
            return judge_lives(evidence, others, result);
          }};
}

}  // namespace tailrace
