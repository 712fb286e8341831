// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/stateless_client.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/resume.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;
// What a client closes for the same reason it closes so soon before that is told.
constexpr Millis kTogether{100};

Judgement judge_broken(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto cut = std::ranges::find_if(timeline.exchanges, [](const Exchange& e) {
    const bool lost = e.response && e.ended() && e.end != BodyEnd::kUnseen;
    return is_call(e) && lost && e.final_message() == nullptr;
  });
  if (cut == timeline.exchanges.end()) return inconclusive("no stream of a call broke off");
  const Exchange& lost = *cut;
  const auto lines = told_calls(timeline);
  const auto told = std::ranges::find_if(
      lines, [&](const ToldCall& line) { return line.at > *lost.ended_at; });
  for (const Exchange& later : timeline.exchanges) {
    if (later.request_at <= *lost.ended_at) continue;
    const bool resumes = later.request.find("last-event-id") != nullptr;
    const bool gets = later.request.method == "GET" && !is_elsewhere(timeline, later);
    // A line that was told of the call before makes it another one, which may have that id.
    const bool is_over = told != lines.end() && told->at < later.request_at;
    const bool again = is_request(later) && later.asked->id == lost.asked->id && !is_over;
    if (!resumes && !gets && !again) continue;
    Finding finding = finding_of(evidence, "broken_stream_is_not_resumed", rule);
    finding.required = "a request whose stream broke off is lost, or sent anew with a new id";
    finding.observed = fmt::format("{} broke off, and then came {}{}", describe(lost),
                                   describe(later), again ? " with the same id" : "");
    finding.likely_cause = "what older revisions ask for is done in one that has no resuming";
    finding.cure = "give the caller an error, or send the request again with a new id";
    finding.evidence = ladder_of(timeline, lost, later);
    return broken(finding);
  }
  const MonoTime left = timeline.process_ended ? timeline.process_ended->at : *timeline.last;
  const Millis needed = Millis(marked_number(timeline, kMarkRetry)) + kResumePatience;
  if (left - *lost.ended_at < needed) {
    return inconclusive("the client left before it could have asked again");
  }
  return held();
}

// A FIN that comes with a request ends what is sent, and not what is read (AMB-06).
MonoTime fin_tells_from(const Timeline& timeline, const ClientCall& call) {
  const MonoTime asked = call.exchange->request_at;
  return asked + (call.back.at.value_or(asked + call_limit_of(timeline)) - asked) / 2;
}

bool half_closed(const Timeline& timeline, const ClientCall& call) {
  const auto& ended = timeline.connection(call.exchange->connection)->peer_ended;
  return ended && ended->how == Ending::kFin && ended->at < fin_tells_from(timeline, call);
}

// The first connection that the client ended when this time was over, beside that of the call.
const Connection* other_left(const Timeline& timeline, const ClientCall& call, MonoTime until) {
  for (const Exchange& exchange : timeline.exchanges) {
    const bool listens = exchange.asked && exchange.asked->method == kListenMethod;
    const Connection& connection = *timeline.connection(exchange.connection);
    const bool before = exchange.ended_at && *exchange.ended_at < call.exchange->request_at;
    if (!listens || !connection.peer_ended || before) continue;
    const bool after = connection.peer_ended->at + kTogether >= *call.back.at;
    if (after && connection.peer_ended->at < until) return &connection;
  }
  return nullptr;
}

Finding not_closed(const Evidence& evidence, const ClientCall& call, Rule rule,
                   const std::string& what) {
  Finding finding = finding_of(evidence, "timed_out_stream_is_closed", rule);
  finding.required = "a call that ran out of time is cancelled by closing its stream, and no other";
  finding.observed = fmt::format("{} ran out of time, and {}", describe(*call.exchange), what);
  finding.likely_cause = "the time-out ends the wait of the caller, not the exchange; or it ends "
                         "all connections of the client";
  finding.cure = "close the response stream of the one request when its time is over";
  finding.evidence = ladder_of(evidence.timeline, *call.exchange);
  finding.evidence.push_back(gap_line(evidence.timeline, *call.back.at, "its time was over"));
  return finding;
}

Judgement judge_closed(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  const auto late = std::find_if(calls.begin(), calls.end(), [](const ClientCall& call) {
    return call.back.outcome == "limit" && call.back.at && call.final == nullptr;
  });
  if (late == calls.end()) return not_applicable("no call of the client ran out of time");
  if (half_closed(timeline, *late)) {
    return not_applicable("the client ends its sending direction with each request: what else it "
                          "closes cannot be told");
  }
  const Connection& connection = *timeline.connection(late->exchange->connection);
  const MonoTime due = *late->back.at + kStreamClosed;
  const auto& left = connection.peer_ended;
  if (!left || left->at > due) {
    if (!left && *timeline.last < due) return inconclusive("the stream was not watched to its end");
    return broken(not_closed(evidence, *late, rule,
                             fmt::format("its stream was open {} later",
                                         in_millis((left ? left->at : due) - *late->back.at))));
  }
  const auto next = std::find_if(calls.begin(), calls.end(), [&](const ClientCall& call) {
    return call.exchange->request_at > *late->back.at;
  });
  const MonoTime until = next == calls.end() ? due : next->final_at.value_or(due);
  if (other_left(timeline, *late, until) != nullptr) {
    return broken(not_closed(evidence, *late, rule, "the client closed its subscription too"));
  }
  return held();
}

bool gives_input(const Exchange& exchange) {
  return is_request(exchange) && is_next_round(exchange);
}

// What is wrong with this round; nothing where it is right.
std::string wrong_answers(const Json& wanted, const Json& given) {
  for (const auto& [key, request] : wanted.members()) {
    if (given.find(key) == nullptr) return "it gives nothing for " + excerpt(key, kExcerpt);
  }
  return "";
}

struct Repair {
  std::string_view likely_cause, cure;
};

Finding wrong_round(const Evidence& evidence, const Exchange& asked, const Exchange* round,
                    Rule rule, std::string observed, Repair repair) {
  Finding finding = finding_of(evidence, "input_is_given", rule);
  finding.required = "a result that asks for input is answered by another round: what it asks "
                     "for, under a new id, with its state unchanged";
  finding.observed = std::move(observed);
  finding.likely_cause = repair.likely_cause;
  finding.cure = repair.cure;
  finding.evidence = round == nullptr ? ladder_of(evidence.timeline, asked)
                                      : ladder_of(evidence.timeline, asked, *round);
  return finding;
}

// Rounds after the first: each has the state of the result right before it.
std::optional<Finding> old_state(const Evidence& evidence, Rule rule) {
  const Exchange* asked = nullptr;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    const bool follows = asked != nullptr && gives_input(exchange) &&
                         exchange.request_at >= *asked->final_at();
    if (follows) {
      const Json& given = asked->final_message()->body["result"]["requestState"];
      const Json& brought = exchange.asked->body["params"]["requestState"];
      if (to_text(given) != to_text(brought)) {
        return wrong_round(evidence, *asked, &exchange, rule,
                           fmt::format("the state came as {}, and {} came back with {}",
                                       excerpt(to_text(given), kExcerpt), describe(exchange),
                                       excerpt(to_text(brought), kExcerpt)),
                           {"the state of an earlier round is kept",
                            "copy the state of each result into the round that follows it"});
      }
    }
    if (asks_for_input(exchange)) asked = &exchange;
  }
  return std::nullopt;
}

Judgement judge_input(const Evidence& evidence, Rule gathers, Rule new_id, Rule state) {
  const Timeline& timeline = evidence.timeline;
  const auto asked =
      std::find_if(timeline.exchanges.begin(), timeline.exchanges.end(), asks_for_input);
  if (asked == timeline.exchanges.end()) return inconclusive("no input was asked for");
  const auto fault = [&](Rule rule, std::string observed, const Exchange* round, Repair repair) {
    return broken(wrong_round(evidence, *asked, round, rule, std::move(observed), repair));
  };
  const auto round =
      std::find_if(timeline.exchanges.begin(), timeline.exchanges.end(), gives_input);
  const Json& result = asked->final_message()->body["result"];
  const Json& meta = asked->asked->body["params"]["_meta"];
  const Json& can = meta[kMetaCapabilities];
  if (round == timeline.exchanges.end()) {
    if (can.find("elicitation") == nullptr) {
      return not_applicable("the client does not say that it can be asked for input");
    }
    if (*timeline.last - *asked->final_at() < call_limit_of(timeline) && !timeline.process_ended) {
      return inconclusive("the client was not watched for as long as a call may take");
    }
    return fault(gathers, describe(*asked) + " asked for input, and none was given", nullptr,
                 {"the type of a result is not looked at, or only once its stream has ended",
                  "look at resultType as soon as the result is there, and send the next round"});
  }
  if (round->asked->id == asked->asked->id) {
    return fault(new_id, "the round has the id of the request before it", &*round,
                 {"the first request is sent again as it was", "give each round an id of its own"});
  }
  const Json& params = round->asked->body["params"];
  if (to_text(params["requestState"]) != to_text(result["requestState"])) {
    return fault(state,
                 fmt::format("the state came as {} and went back as {}",
                             excerpt(to_text(result["requestState"]), kExcerpt),
                             excerpt(to_text(params["requestState"]), kExcerpt)),
                 &*round,
                 {params.find("requestState") == nullptr
                      ? "the round is made from the first request and the answers alone"
                      : "the state is read, trimmed or encoded anew on its way",
                  "copy the state of the result into the round as it came"});
  }
  if (auto wrong = wrong_answers(result["inputRequests"], params["inputResponses"]);
      !wrong.empty()) {
    return fault(gathers, wrong, &*round,
                 {"the round is made from the first request and the state alone, or its answers "
                  "have names of their own",
                  "answer under the key of each input request"});
  }
  if (auto finding = old_state(evidence, state)) return broken(std::move(*finding));
  Judgement judgement = held();
  judgement.measurements.push_back(
      {"input_given_after", in_millis(round->request_at - *asked->final_at())});
  return judgement;
}

Judgement judge_open_input(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  if (!timeline.mark(kMarkInputOnOpenStream)) {
    return not_applicable("the client came to no further round");
  }
  const auto asked = std::ranges::find_if(timeline.exchanges, [](const Exchange& exchange) {
    return asks_for_input(exchange) && gives_input(exchange);
  });
  if (asked == timeline.exchanges.end()) return inconclusive("no further round was asked for");
  const MonoTime at = *asked->final_at();
  const auto next = std::ranges::find_if(timeline.exchanges, [&](const Exchange& exchange) {
    return exchange.request_at > at && gives_input(exchange);
  });
  if (next != timeline.exchanges.end()) return held();
  if (*timeline.last - at < call_limit_of(timeline) && !timeline.process_ended) {
    return inconclusive("the client was not watched for as long as a call may take");
  }
  const auto calls = calls_of(timeline);
  const bool ran_out = std::ranges::any_of(calls, [&](const ClientCall& call) {
    return call.back.outcome == "limit" && call.back.at && *call.back.at > at &&
           *call.back.at - at < call_limit_of(timeline) / 2;
  });
  if (ran_out) return inconclusive("the limit of the call ran out before it was to be given");
  Finding finding = finding_of(evidence, "input_is_given_on_open_stream", Rule{});
  finding.level = Level::kShould;
  finding.required = "a result that asks for input is answered when it is there, also while its "
                     "stream is open";
  finding.observed = describe(*asked) + " asked for input, and none was given while it was open";
  finding.likely_cause = "the result is given out only when the body has been read to its end";
  finding.cure = "take a result for final when it comes";
  finding.evidence = ladder_of(timeline, *asked);
  return broken(finding);
}

Judgement judge_storm(const Evidence& evidence, Rule filter) {
  const Timeline& timeline = evidence.timeline;
  std::vector<const Exchange*> listens;
  for (const Exchange& exchange : timeline.exchanges) {
    const bool listen = is_request(exchange) && exchange.asked->method == kListenMethod;
    if (listen) listens.push_back(&exchange);
  }
  if (listens.empty()) return not_applicable("the client subscribes to nothing");
  const bool bare = !listens.front()->asked->body["params"]["notifications"].is_object();
  const Repetition pace = repetition_of(listens, timeline);
  const bool storm = pace != Repetition::kCalm;
  if (!storm && !bare) {
    Judgement judgement = held();
    judgement.measurements.push_back({"subscriptions", fmt::format("{}", listens.size())});
    return judgement;
  }
  Finding finding = finding_of(evidence, "subscriptions_do_not_storm", storm ? Rule{} : filter,
                               pace == Repetition::kStorm ? "harm.retry_storm" : "");
  if (pace == Repetition::kOfStorm) finding.level = Level::kShould;
  finding.required = storm ? "a subscription that ends is not asked for again and again at once"
                           : "a subscription says what it wants to hear of";
  finding.observed =
      storm ? fmt::format("{} subscriptions within {}, without back-off", listens.size(),
                          in_millis(listens.back()->request_at - listens.front()->request_at))
            : describe(*listens.front()) + " has no filter";
  finding.likely_cause = "the loop that keeps a subscription open knows no back-off";
  finding.cure = "wait longer after each try that brought nothing, and stop after a refusal";
  finding.evidence = ladder_of(timeline, *listens.front());
  return broken(finding);
}

Judgement judge_calls(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const Exchange* const listen = first_asked(timeline, kListenMethod);
  if (listen == nullptr) return not_applicable("the client subscribes to nothing");
  // One may have been under way when it subscribed, or all of them.
  const auto calls = calls_of(timeline);
  const bool goes_on = std::ranges::any_of(calls, [&](const ClientCall& call) {
    return call.exchange->request_at > listen->request_at;
  });
  if (goes_on || (!calls.empty() && calls.size() >= asked_calls(timeline))) return held();
  const MonoTime until = timeline.last.value_or(listen->request_at);
  if (until - listen->request_at < call_limit_of(timeline) * kLimitsUntilHarm) {
    return inconclusive("the client was not watched for long enough");
  }
  Finding finding =
      finding_of(evidence, "calls_go_on_beside_subscription", Rule{}, "harm.call_never_made");
  finding.required = "a subscription that is not answered holds up no call";
  finding.observed = fmt::format("no call followed for {} after {}",
                                 in_millis(until - listen->request_at), describe(*listen));
  finding.likely_cause = "the acknowledgement of the subscription is waited for before any call";
  finding.cure = "open the subscription beside the calls";
  finding.evidence = ladder_of(timeline, *listen);
  return broken(finding);
}

}  // namespace

Check broken_stream_is_not_resumed(Rule rule) {
  return {"broken_stream_is_not_resumed",
          [=](const Evidence& evidence) { return judge_broken(evidence, rule); }};
}

Check timed_out_stream_is_closed(Rule rule) {
  return {"timed_out_stream_is_closed",
          [=](const Evidence& evidence) { return judge_closed(evidence, rule); }};
}

Check input_is_given_on_open_stream() {
  return {"input_is_given_on_open_stream", judge_open_input};
}

Check input_is_given(Rule gathers, Rule new_id, Rule state) {
  return {"input_is_given", [=](const Evidence& evidence) {
            return judge_input(evidence, gathers, new_id, state);
          }};
}

Check subscriptions_do_not_storm(Rule filter) {
  return {"subscriptions_do_not_storm",
          [=](const Evidence& evidence) { return judge_storm(evidence, filter); }};
}

Check calls_go_on_beside_subscription() {
  return {"calls_go_on_beside_subscription", judge_calls};
}

}  // namespace tailrace
