// SPDX-License-Identifier: Apache-2.0
// Checks of a client's calls that are refused, or made beside what is left open.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/resume.h"
#include "harness/judge/session.h"
#include "harness/record/marks.h"

namespace tailrace {
namespace {

Finding refusal_finding(const Evidence& evidence, std::string_view check, const ClientCall& call,
                        std::string harm) {
  Finding finding = finding_of(evidence, check, Rule{}, std::move(harm));
  finding.required = "a call that is refused returns with an error, and later calls are made";
  finding.likely_cause = "an error status is not told to the call, ends the whole session, or its "
                         "body keeps a connection that later calls wait for";
  finding.cure = "fail the one call that was refused, and keep the session";
  finding.evidence = ladder_of(evidence.timeline, *call.exchange);
  return finding;
}

// Under an id that was used before a call looks like another attempt at the earlier one. An upload
// that ended with the call's own time was begun, and scripts leave no other message unread.
std::size_t posted_calls(const Timeline& timeline) {
  return static_cast<std::size_t>(
      std::ranges::count_if(timeline.exchanges, [](const Exchange& exchange) {
        return is_call(exchange) || (exchange.is_post() && !exchange.request_complete);
      }));
}

// How the client shows that it makes no further calls: it says so, or its process is gone; "" where
// it made all that it was asked for.
std::string missing_calls(const Timeline& timeline, std::size_t made) {
  const std::size_t told = told_calls(timeline).size();
  if (told <= posted_calls(timeline)) made = std::max(made, told);
  if (told > made) {
    return fmt::format("the client told of {} calls and sent {}", told, made);
  }
  const auto& end = timeline.process_ended;
  const std::size_t calls = asked_calls(timeline);
  if (!end || end->what.asked || made >= calls) return "";
  return fmt::format("the client's process ended with status {} after {} of {} calls",
                     end->what.exit_code, made, calls);
}

// Those that were not sent ran out of their limit, as far as is known: they may have been on their
// way.
bool may_have_been_sent(const Timeline& timeline, const std::vector<ClientCall>& calls) {
  const auto told = told_calls(timeline);
  const auto limits = std::ranges::count(told, "limit", &ToldCall::outcome);
  return told.size() > calls.size() && came_late(timeline, calls) &&
         static_cast<std::size_t>(limits) >= told.size() - calls.size();
}

constexpr const char* kTooBusy =
    "calls ran out of their limit while requests took long to come: the host is too busy to tell";

Judgement judge_refused(const Evidence& evidence, std::string_view check, bool goes_on) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  Judgement judgement = held();
  const ClientCall* last = nullptr;
  for (const ClientCall& call : calls) {
    const Exchange& exchange = *call.exchange;
    if (!is_refused(exchange)) continue;
    last = &call;
    const MonoTime until = call.back.at.value_or(timeline.last.value_or(exchange.request_at));
    if (outlived(timeline, call)) {
      Finding finding = refusal_finding(evidence, check, call, "harm.call_hangs");
      finding.observed = fmt::format("{} {} {} after its status {}", name_of(call),
                                     call.back.at ? "returned only" : "had not returned",
                                     in_millis(until - *exchange.head_at),
                                     exchange.response->status);
      return broken(finding);
    }
    if (!call.back.at) return inconclusive(name_of(call) + " was not seen to come back");
    judgement.measurements.push_back(
        {"status_" + std::to_string(exchange.response->status),
         fmt::format("returned after {}, {}", in_millis(until - *exchange.head_at),
                     call.back.outcome.empty() ? "unknown" : call.back.outcome)});
    // A body that never ends may be waited for, up to the call's own limit.
    if (call.back.outcome != "limit" || exchange.end != BodyEnd::kComplete) continue;
    if (limit_was_near(timeline, call, *exchange.head_at)) continue;
    Finding finding = refusal_finding(evidence, check, call, "");
    finding.level = Level::kShould;  // A field regression.
    finding.observed = fmt::format("{} was refused with {} and returned only by its own limit",
                                   name_of(call), exchange.response->status);
    judgement.outcome = Outcome::kBroken;
    judgement.findings.push_back(std::move(finding));
  }
  if (last == nullptr) return inconclusive("the client made no call that was refused");
  const std::string missing = goes_on ? missing_calls(timeline, calls.size()) : "";
  if (!missing.empty()) {
    if (may_have_been_sent(timeline, calls)) return inconclusive(kTooBusy);
    Finding finding = refusal_finding(evidence, check, *last, "");
    finding.level = Level::kShould;  // A field regression.
    finding.observed = fmt::format("{}: none after {}", missing, name_of(*last));
    judgement.outcome = Outcome::kBroken;
    judgement.findings.push_back(std::move(finding));
  }
  return judgement;
}

Judgement judge_after_time_out(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  const auto late = std::ranges::find(calls, "limit", [](const ClientCall& call) {
    return call.back.outcome;
  });
  if (late == calls.end()) return not_applicable("the client told of no call that timed out");
  const std::string missing = missing_calls(timeline, calls.size());
  if (missing.empty()) {
    return calls.size() < asked_calls(timeline) ? inconclusive("the next call was not seen")
                                                : held();
  }
  if (may_have_been_sent(timeline, calls)) return inconclusive(kTooBusy);
  Finding finding = finding_of(evidence, "calls_go_on_after_time_out", Rule{});
  finding.level = Level::kShould;  // A field regression.
  finding.required = "calls are made after one that ran out of time";
  finding.observed = fmt::format("{}: none after {} ran out of time", missing, name_of(*late));
  finding.likely_cause = "the time-out of a call closes the session or its transport";
  finding.cure = "end the one call and close its stream, and keep the session";
  finding.evidence = ladder_of(timeline, *late->exchange);
  return broken(finding);
}

// An exchange that we leave open, and beside which calls are to go on.
struct Beside {
  std::string_view check, none, required, what, likely_cause, cure;
  bool (*is_it)(const Exchange&);
};

constexpr Beside kSilentGet{
    "calls_go_on_beside_silent_get",
    "the client opened no GET stream",
    "calls do not wait for the answer to a listening GET",
    "a GET without an answer",
    "the client waits for the head of the GET before it goes on, or the GET takes the only "
    "connection that its pool allows",
    "open the listening stream beside the session, not as a step of it",
    is_silent_get};

constexpr Beside kEndlessAccept{
    "calls_go_on_beside_endless_accept",
    "the client sent no notification",
    "calls do not wait for the end of the body of a 202",
    "a 202 whose body does not end",
    "the client reads the body of each response to its end before it goes on",
    "take the status of a 202 for all it says, and bound the reading of its body",
    [](const Exchange& e) {
      return e.response && e.response->status == kAccepted && e.end != BodyEnd::kComplete;
    }};

// It asked for nothing more, as one that waits, and left by itself when most of its limit was over:
// how its process ended; "" where that is not what happened.
std::string gave_up_beside(const Timeline& timeline, const Exchange& open) {
  const auto& end = timeline.process_ended;
  if (!end || end->what.asked || end->what.exit_code == 0) return "";
  const bool went_on = std::ranges::any_of(timeline.exchanges, [&](const Exchange& later) {
    return later.is_post() && later.request_at > open.request_at && later.request_at < end->at;
  });
  if (went_on || end->at - open.request_at < call_limit_of(timeline) * 3 / 4) return "";
  return fmt::format("; then its process ended with status {}{}", end->what.exit_code,
                     after_its_words(end->what));
}

Judgement judge_beside(const Evidence& evidence, const Beside& beside) {
  const Timeline& timeline = evidence.timeline;
  const auto open =
      std::find_if(timeline.exchanges.begin(), timeline.exchanges.end(), beside.is_it);
  if (open == timeline.exchanges.end()) return not_applicable(std::string(beside.none));
  const auto calls = calls_of(timeline);
  const bool asked = std::any_of(calls.begin(), calls.end(), [&](const ClientCall& call) {
    return call.back.at && call.exchange->request_at > open->request_at;
  });
  if (asked) return held();
  const std::string gave_up = gave_up_beside(timeline, *open);
  const MonoTime until = timeline.last.value_or(open->request_at);
  const Nanos waited =
      (gave_up.empty() ? until : timeline.process_ended->at) - open->request_at;
  const std::size_t told = told_calls(timeline).size();
  const std::size_t unsent = told - std::min(told, calls.size());
  if (unsent == 0 && gave_up.empty() && waited <= call_limit_of(timeline) * kLimitsUntilHarm) {
    return inconclusive(fmt::format("no call was seen beside {}", beside.what));
  }
  if (may_have_been_sent(timeline, calls)) return inconclusive(kTooBusy);
  const bool hangs = waited > call_limit_of(timeline) * kLimitsUntilHarm;
  Finding finding =
      finding_of(evidence, beside.check, Rule{}, hangs ? "harm.call_hangs" : "");
  if (!hangs) finding.level = Level::kShould;  // Each came back by its own limit.
  finding.required = beside.required;
  finding.observed =
      fmt::format("no call was made for {} beside {}", in_millis(waited), beside.what);
  if (unsent > 0) {
    finding.observed += fmt::format("; the client told of {} that it never sent", unsent);
  }
  finding.observed += gave_up;
  finding.likely_cause = beside.likely_cause;
  finding.cure = beside.cure;
  finding.evidence = ladder_of(timeline, *open);
  finding.evidence.push_back(gap_line(timeline, *timeline.last, "no call so far"));
  return broken(finding);
}

// While one of these is unanswered the client has no reason to ask again.
Nanos answering(const std::vector<const Exchange*>& gets, MonoTime until) {
  Nanos took{};
  for (const Exchange* get : gets) {
    const MonoTime ended = std::min(get->ended_at.value_or(get->request_at), until);
    took += std::max(ended - get->request_at, Nanos{});
  }
  return took;
}

// A pace that looks calm is the client's own only where it had most of the time to ask again: a
// busy host answers few, and so late that a storm looks like one that backs off.
Judgement calm(const std::vector<const Exchange*>& gets, const Timeline& timeline) {
  const auto& end = timeline.process_ended;
  const MonoTime left = end ? end->at : timeline.last.value_or(MonoTime{});
  const Nanos time = left - gets.front()->request_at;
  const Nanos ours = answering(gets, left);
  if (ours > time / 2) {
    return inconclusive(fmt::format("answering {} GETs took us {} of {}: too long to tell whether "
                                    "the client waits before the next",
                                    gets.size(), in_millis(ours), in_millis(time)));
  }
  Judgement judgement = held();
  judgement.measurements.push_back({"gets", fmt::format("{}", gets.size())});
  return judgement;
}

// The answer to a GET that was refused, or ended, took the process with it, and a call on the way.
std::optional<Finding> killed_by_get(const Evidence& evidence) {
  const auto calls = calls_of(evidence.timeline);
  const std::string how = calls.empty() ? how_it_died(evidence.timeline)
                                        : died_in(evidence.timeline, calls.back());
  const auto get = std::ranges::find_if(evidence.timeline.exchanges, [](const Exchange& exchange) {
    return listens(exchange) && exchange.response && exchange.ended() &&
           exchange.end != BodyEnd::kUnseen;
  });
  if (how.empty() || get == evidence.timeline.exchanges.end()) return std::nullopt;
  Finding finding = finding_of(evidence, "listens_in_bounds", Rule{}, "harm.answer_lost");
  finding.required = "a client whose GET is refused or ends goes on with its calls";
  finding.observed = fmt::format("{}, after {} got {} and an end", how, describe(*get),
                                 get->response->status);
  finding.likely_cause = "a listening stream that is refused or ends is thrown as an error, and "
                         "nobody catches it";
  finding.cure = "give up the one stream, and keep the session and its calls";
  finding.evidence = calls.empty()
                         ? ladder_of(evidence.timeline, *get)
                         : ladder_of(evidence.timeline, *get, *calls.back().exchange);
  return finding;
}

Judgement judge_listening(const Evidence& evidence) {
  if (auto finding = killed_by_get(evidence)) return broken(std::move(*finding));
  const Timeline& timeline = evidence.timeline;
  std::vector<const Exchange*> pages;
  for (const Exchange& exchange : timeline.exchanges) {
    if (exchange.request.method == "GET" && exchange.response) pages.push_back(&exchange);
  }
  if (pages.empty()) return not_applicable("the client asked for no GET stream");
  const Repetition pace = repetition_of(pages, timeline);
  if (pace == Repetition::kCalm) return calm(pages, timeline);
  Finding finding = finding_of(evidence, "listens_in_bounds", Rule{},
                               pace == Repetition::kStorm ? "harm.resume_storm" : "");
  if (pace == Repetition::kOfStorm) finding.level = Level::kShould;
  finding.required = "a GET whose answer ends at once is not repeated without back-off";
  finding.observed = fmt::format(
      "{} GETs within {} got an answer that ended, and each was asked again", pages.size(),
      in_millis(pages.back()->request_at - pages.front()->request_at));
  finding.likely_cause = "the end of any answer counts as a broken stream, to be opened at once";
  finding.cure = "wait longer before each further GET; stop where none brings an event stream";
  finding.evidence = ladder_of(timeline, *pages.front(), *pages.back());
  mark_gap(finding.evidence, "GET");
  return broken(finding);
}

// Of one call.
std::optional<Finding> repeated_in_a_storm(const Evidence& evidence,
                                           const std::vector<const Exchange*>& attempts) {
  const Repetition how = repetition_of(attempts, evidence.timeline);
  if (how == Repetition::kCalm) return std::nullopt;
  const bool storm = how == Repetition::kStorm;
  Finding finding = finding_of(evidence, "calls_are_repeated_in_bounds", Rule{},
                               storm ? "harm.retry_storm" : "");
  if (!storm) finding.level = Level::kShould;
  finding.required = "a call whose connection broke is not sent again and again at once";
  finding.observed = fmt::format(
      "{} was sent {} times within {}", describe(*attempts.front()), attempts.size(),
      in_millis(attempts.back()->request_at - attempts.front()->request_at));
  finding.likely_cause = "each end of a connection before its answer is taken for one that had "
                         "gone stale, so the request is sent once more";
  finding.cure = "send it again once, on a kept connection only; then the call has failed";
  finding.evidence = ladder_of(evidence.timeline, *attempts.front(), *attempts.back());
  return finding;
}

Judgement judge_repeats(const Evidence& evidence) {
  // By id, the attempts at each call. Under an id that begins again with a session stands another
  // call, if the one before had an answer: who begins a session for each attempt repeats all the
  // same.
  std::map<std::string, std::vector<std::vector<const Exchange*>>> calls;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!is_call(exchange) || !exchange.asked->id) continue;
    auto& same = calls[exchange.asked->id->text];
    const Exchange* const last = same.empty() ? nullptr : same.back().back();
    const bool is_another =
        last == nullptr || (last->response && !may_share_session(*last, exchange));
    if (is_another) same.emplace_back();
    same.back().push_back(&exchange);
  }
  if (calls.empty()) return inconclusive("the client made no call");
  for (const auto& [id, same] : calls) {
    for (const auto& attempts : same) {
      if (auto finding = repeated_in_a_storm(evidence, attempts)) return broken(*finding);
    }
  }
  return held();
}

}  // namespace

Check refused_calls_return() {
  constexpr std::string_view kName = "refused_calls_return";
  return {std::string(kName),
          [=](const Evidence& evidence) { return judge_refused(evidence, kName, true); }};
}

Check refused_call_returns() {
  constexpr std::string_view kName = "refused_call_returns";
  return {std::string(kName),
          [=](const Evidence& evidence) { return judge_refused(evidence, kName, false); }};
}

Check calls_go_on_after_time_out() {
  return {"calls_go_on_after_time_out", judge_after_time_out};
}

Check calls_go_on_beside_silent_get() {
  return {std::string(kSilentGet.check),
          [](const Evidence& evidence) { return judge_beside(evidence, kSilentGet); }};
}

Check calls_go_on_beside_endless_accept() {
  return {std::string(kEndlessAccept.check),
          [](const Evidence& evidence) { return judge_beside(evidence, kEndlessAccept); }};
}

Check listens_in_bounds() {
  return {"listens_in_bounds", judge_listening};
}

Check calls_are_repeated_in_bounds() {
  return {"calls_are_repeated_in_bounds", judge_repeats};
}

}  // namespace tailrace
