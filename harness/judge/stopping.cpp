// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/stopping.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/session.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr std::string_view kCancelled = "notifications/cancelled";

struct Stop {
  MonoTime told, ended;
  bool killed = false, unhandled = false;  // By us after kStops; by TERM itself.
  int crashed_by = 0;                      // A signal that nobody sent it.
  std::vector<const Exchange*> open;       // Event streams that were open when it was told.
};

// As Linux numbers them, where the run was recorded.
constexpr int kKill = 9, kTerm = 15;
constexpr std::array<int, 5> kCrashes = {4, 6, 7, 8, 11};  // ILL, ABRT, BUS, FPE, SEGV

// Nothing: the script did not come so far.
std::optional<Stop> stop_of(const Timeline& timeline) {
  const auto mark = std::find_if(timeline.marks.begin(), timeline.marks.end(),
                                 [](const auto& m) { return m.what.name == kMarkStop; });
  if (mark == timeline.marks.end() || !timeline.process_ended) return std::nullopt;
  const At<ProcessEnded>& end = *timeline.process_ended;
  const int signal = end.what.signal;
  Stop stop{mark->at, end.at, signal == kKill, signal == kTerm, 0, {}};
  if (std::ranges::find(kCrashes, signal) != kCrashes.end()) stop.crashed_by = signal;
  for (const Exchange& exchange : timeline.exchanges) {
    const bool streams = exchange.response && exchange.is_event_stream();
    const bool before = streams && exchange.head_at && *exchange.head_at < stop.told;
    // Of an answered one only the last bytes were on their way: luck, and nothing to be ended.
    const auto final_at = exchange.final_at();
    const bool answered = final_at && *final_at < stop.told;
    if (before && !answered && (!exchange.ended_at || *exchange.ended_at > stop.told)) {
      stop.open.push_back(&exchange);
    }
  }
  return stop;
}

Finding stop_finding(const Evidence& evidence, std::string_view check, const Stop& stop,
                     const Exchange& stream, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  Finding finding = finding_of(evidence, check, rule);
  if (finding.level == Level::kNote) finding.level = Level::kShould;
  finding.evidence = ladder_of(timeline, stream);
  finding.evidence.push_back(gap_line(timeline, stop.told, "we sent TERM"));
  finding.evidence.push_back(gap_line(timeline, stop.ended, "its process was gone"));
  return finding;
}

constexpr std::string_view kNothingOpen = "no stream was open when the server was told to stop";
constexpr std::string_view kNotStopped = "the server was not stopped";

Judgement judge_stop(const Evidence& evidence, Rule rule) {
  const auto stop = stop_of(evidence.timeline);
  if (!stop) return inconclusive(std::string(kNotStopped));
  if (stop->open.empty()) return not_applicable(std::string(kNothingOpen));
  const std::string_view name = "stops_with_open_streams";
  if (stop->killed) {
    Finding finding = stop_finding(evidence, name, *stop, *stop->open.front(), rule);
    finding.required = "a server that is told to stop ends its streams and then its process";
    finding.observed = fmt::format("it still ran {} s after TERM, with {} streams open",
                                   kStops.limit.count() / 1000, stop->open.size());
    finding.likely_cause = "the listener waits for its connections, and nobody ends the streams";
    finding.cure = "end the event streams first when the server shuts down, then wait for the rest";
    return broken(finding);
  }
  if (stop->crashed_by != 0) {
    Finding finding = stop_finding(evidence, name, *stop, *stop->open.front(), rule);
    finding.required = "a server that is told to stop ends by itself, or by that signal";
    finding.observed = fmt::format("it died by signal {} while it stopped", stop->crashed_by);
    finding.likely_cause = "what streams use is gone before they are: a crash at shutdown";
    finding.cure = "end the streams and wait for them before what they use is taken down";
    return broken(finding);
  }
  const auto reset = std::find_if(stop->open.begin(), stop->open.end(),
                                  [](const Exchange* e) { return e->end == BodyEnd::kReset; });
  if (reset != stop->open.end()) {
    Finding finding = stop_finding(evidence, name, *stop, **reset, rule);
    finding.required = "streams that are open at a stop end by FIN, so that what was sent arrives";
    finding.observed = describe(**reset) + " was reset";
    finding.likely_cause = "connections are closed with a linger time of zero, or while data of "
                           "the client is unread";
    finding.cure = "end the response, or shut the connection down for writing";
    return broken(finding);
  }
  Judgement judgement = held();
  judgement.measurements.push_back({"stopped_after", in_millis(stop->ended - stop->told)});
  return judgement;
}

// Empty where the result names the subscription that it ends.
std::optional<Finding> unnamed(const Evidence& evidence, const Stop& stop, const Exchange& stream,
                               Rule rule) {
  const Json& body = stream.final_message()->body;
  const Json& named = body["result"]["_meta"][kMetaSubscription];
  if (stream.asked->id && to_text(named) == stream.asked->id->text) return std::nullopt;
  Finding finding = stop_finding(evidence, "stop_ends_subscriptions", stop, stream, rule);
  finding.required = "the result that ends a subscription names it in _meta, by its request's id";
  finding.observed = fmt::format("the result of {} names {}", describe(stream),
                                 named.is_null() ? "none" : to_text(named).substr(0, 40));
  finding.likely_cause = "notifications are tagged with the subscription, its result is not";
  finding.cure = "put the subscription's id into _meta of its result too";
  return finding;
}

Judgement judge_subscriptions(const Evidence& evidence, Rule told, Rule named, Rule closed) {
  const auto stop = stop_of(evidence.timeline);
  if (!stop) return inconclusive(std::string(kNotStopped));
  const auto listen = std::find_if(
      stop->open.begin(), stop->open.end(),
      [](const Exchange* e) { return e->asked && e->asked->method == kListenMethod; });
  if (listen == stop->open.end()) return not_applicable(std::string(kNothingOpen));
  if (stop->unhandled) {
    return not_applicable("the server does not handle TERM: nothing was ended on purpose");
  }
  const Exchange& stream = **listen;
  const RpcMessage* final = stream.final_message();
  if (!stop->killed && final != nullptr && final->kind == MessageKind::kResult) {
    auto finding = unnamed(evidence, *stop, stream, named);
    return finding ? broken(*std::move(finding)) : held();
  }
  Finding finding = stop_finding(evidence, "stop_ends_subscriptions", *stop, stream,
                                 stop->killed ? closed : told);
  finding.required = stop->killed ? "a server that stops closes the streams of its subscriptions"
                                  : "a subscription that the server ends gets its result first";
  finding.observed = describe(stream) + (stop->killed ? " stayed open" : " ended without a result");
  finding.likely_cause = "subscriptions are unknown to what shuts the server down";
  finding.cure = "answer each open subscriptions/listen and end its stream, then stop";
  return broken(finding);
}

Judgement judge_cancels(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto is_subscription = [&](const Json& id) {
    return std::any_of(timeline.exchanges.begin(), timeline.exchanges.end(), [&](const auto& e) {
      return is_request(e) && e.asked->method == kListenMethod && e.asked->id->text == to_text(id);
    });
  };
  std::size_t cancels = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    for (const StreamEvent& event : exchange.events) {
      if (!event.message || event.message->method != kCancelled) continue;
      ++cancels;
      const Json& id = event.message->body["params"]["requestId"];
      if (is_subscription(id)) continue;
      Finding finding = finding_of(evidence, "server_cancels_only_subscriptions", rule);
      finding.required = "a server cancels nothing but subscriptions";
      finding.observed = fmt::format("a cancel of {} on {}, which is no subscription of ours",
                                     to_text(id).substr(0, 40), describe(exchange));
      finding.likely_cause = "every request in flight is cancelled when the server shuts down";
      finding.cure = "end requests by their response; cancel subscriptions only";
      finding.evidence = ladder_of(timeline, exchange);
      return broken(finding);
    }
  }
  return cancels > 0 ? held() : not_applicable("the server cancelled nothing");
}

}  // namespace

Check stops_with_open_streams(Rule rule) {
  return {"stops_with_open_streams",
          [=](const Evidence& evidence) { return judge_stop(evidence, rule); }};
}

Check stop_ends_subscriptions(Rule told, Rule named, Rule closed) {
  return {"stop_ends_subscriptions", [=](const Evidence& evidence) {
            return judge_subscriptions(evidence, told, named, closed);
          }};
}

Check server_cancels_only_subscriptions(Rule rule) {
  return {"server_cancels_only_subscriptions",
          [=](const Evidence& evidence) { return judge_cancels(evidence, rule); }};
}

}  // namespace tailrace
