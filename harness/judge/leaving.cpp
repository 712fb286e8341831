// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/leaving.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/resume.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

const Exchange* last_delete(const Timeline& timeline) {
  const auto found =
      std::find_if(timeline.exchanges.rbegin(), timeline.exchanges.rend(),
                   [](const Exchange& e) { return e.request.method == "DELETE"; });
  return found == timeline.exchanges.rend() ? nullptr : &*found;
}

// What becomes of each session that the server gave an id: nothing, DELETE, or it was lost by 404.
std::vector<std::string> sessions_left(const Timeline& timeline) {
  std::vector<std::string> left;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method != "initialize") continue;
    const std::string session = session_of(exchange);
    const bool over = std::ranges::any_of(timeline.exchanges, [&](const Exchange& other) {
      const bool lost = other.response && other.response->status == kNotFound;
      return session_of(other) == session && (lost || other.request.method == "DELETE");
    });
    if (!session.empty() && !over) left.push_back(session);
  }
  return left;
}

// It was watched for so long that another check tells of it.
bool stays(const Timeline& timeline, const ClientCall& last) {
  const Millis most = call_limit_of(timeline) * kLimitsUntilHarm;
  return last.back.at && timeline.last && *timeline.last - *last.back.at > most;
}

Judgement judge_deleted(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  if (timeline.mark(kMarkCloses) != "yes") {
    return not_applicable("the manifest does not say that the client closes its session");
  }
  const std::size_t undeleted = sessions_left(timeline).size();
  const bool deletes = last_delete(timeline) != nullptr;
  if (undeleted == 0 && deletes) return held();
  if (undeleted == 0) return not_applicable("no session was left that could be ended");
  const auto calls = calls_of(timeline);
  const bool left = timeline.process_ended && !timeline.process_ended->what.asked;
  if (calls.empty()) return inconclusive("the client made no call");
  if (!left && stays(timeline, calls.back())) {
    return not_applicable("the client did not come to its end");
  }
  if (!left) return inconclusive("the client was not seen to end by itself");
  Finding finding = finding_of(evidence, "session_is_deleted", rule);
  finding.required = "a client that is done with its session ends it by DELETE";
  finding.observed = deletes ? fmt::format("the client left, and {} of its sessions got no DELETE",
                                           undeleted)
                             : "the client left without DELETE";
  finding.likely_cause = "closing drops the connections and forgets the session";
  finding.cure = "send DELETE with the session's id, bounded in time, when the client closes";
  finding.evidence = ladder_of(timeline, *calls.back().exchange);
  finding.evidence.push_back(gap_line(timeline, timeline.process_ended->at, "it left"));
  return broken(finding);
}

Judgement judge_leaves(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  if (calls.empty()) return inconclusive("the client made no call");
  const ClientCall& call = calls.back();
  const Exchange* erased = last_delete(timeline);
  if (!call.back.at) return inconclusive("its last call did not return");
  MonoTime from = *call.back.at;
  if (erased != nullptr) from = std::max(from, erased->request_at);
  const bool left = timeline.process_ended && !timeline.process_ended->what.asked;
  const MonoTime until = left ? timeline.process_ended->at : timeline.last.value_or(from);
  const Millis most = call_limit_of(timeline) * kLimitsUntilHarm;
  if (left && until - from <= most) {
    Judgement judgement = held();
    judgement.measurements.push_back({"client_left_after", in_millis(until - from)});
    return judgement;
  }
  if (until - from <= most) return inconclusive("the client was not watched to its end");
  // No text bounds it, and limits of HTTP clients are longer than we watch (30 s is common): a
  // field regression.
  Finding finding = finding_of(evidence, "client_leaves", Rule{});
  finding.level = Level::kShould;
  finding.required = "closing a client is bounded, whatever the server leaves unanswered";
  finding.observed = fmt::format("it {} {} after its last {}", left ? "left only" : "had not left",
                                 in_millis(until - from), erased != nullptr ? "DELETE" : "call");
  finding.likely_cause = "closing waits for the end of a stream or for the answer to DELETE";
  finding.cure = "bound the wait, then drop the connections";
  finding.evidence = ladder_of(timeline, erased != nullptr ? *erased : *call.exchange);
  finding.evidence.push_back(gap_line(timeline, until, "the client is still there"));
  return broken(finding);
}

Judgement judge_cancelled(const Evidence& evidence, Rule rule, Rule own) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  const auto late = std::find_if(calls.begin(), calls.end(), [](const ClientCall& call) {
    return call.back.outcome == "limit";
  });
  if (late == calls.end()) return not_applicable("no call of the client ran out of time");
  const Exchange& overdue = *late->exchange;
  const Exchange* other = nullptr;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method != "notifications/cancelled") continue;
    const std::string named = to_text(exchange.asked->body["params"]["requestId"]);
    if (named == overdue.asked->id->text && may_share_session(overdue, exchange)) return held();
    other = &exchange;
  }
  Finding finding =
      finding_of(evidence, "timed_out_call_is_cancelled", other == nullptr ? rule : own);
  finding.required = "a call that ran out of time is cancelled, by its own id";
  finding.observed = fmt::format(
      "{} ran out of time, {}", describe(overdue),
      other == nullptr ? "and no notifications/cancelled came"
                       : "and another request was cancelled: " +
                             to_text(other->asked->body["params"]["requestId"]));
  finding.likely_cause = other == nullptr
                             ? "the time-out ends the wait only, and the server works on"
                             : "the id is taken from elsewhere, or written in another form";
  finding.cure = "send notifications/cancelled with the request's id when its time is over";
  finding.evidence = ladder_of(timeline, overdue);
  finding.evidence.push_back(gap_line(timeline, *late->back.at, "the call ran out of time"));
  return broken(finding);
}

Judgement judge_exit(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto& end = timeline.process_ended;
  if (timeline.mark(kMarkContract) != "calls" || !end || end->what.asked) {
    return not_applicable("the client was not seen to end by itself");
  }
  const auto calls = calls_of(timeline);
  const bool all_came = !calls.empty() && std::ranges::all_of(calls, [](const ClientCall& call) {
    return call.back.outcome == "result";
  });
  if (!all_came) return not_applicable("not every call brought a Result");
  if (end->what.signal != 0 || end->what.exit_code == 0) return held();
  Finding finding = finding_of(evidence, "client_exits_in_order", Rule{});
  finding.level = Level::kShould;
  finding.required = "a client whose calls all brought a Result ends without trouble";
  finding.observed = fmt::format("its process ended with status {}{}", end->what.exit_code,
                                 after_its_words(end->what));
  finding.likely_cause = "closing the session fails; all that it printed is in output.txt of the "
                         "run's folder";
  finding.cure = "let the end of streams and connections be no error while the client closes";
  finding.evidence.push_back(gap_line(timeline, end->at, "the client's process is gone"));
  return broken(finding);
}

Judgement judge_deletes(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  std::map<std::string, std::vector<const Exchange*>> deletes;
  for (const Exchange& exchange : timeline.exchanges) {
    if (exchange.request.method != "DELETE") continue;
    deletes[session_of(exchange)].push_back(&exchange);
  }
  if (deletes.empty()) return not_applicable("the client sent no DELETE");
  for (const auto& [session, of_one] : deletes) {
    const Repetition how = repetition_of(of_one, timeline);
    if (how == Repetition::kCalm) continue;
    const bool storm = how == Repetition::kStorm;
    Finding finding =
        finding_of(evidence, "deletes_in_bounds", Rule{}, storm ? "harm.retry_storm" : "");
    if (!storm) finding.level = Level::kShould;
    finding.required = "DELETE of a session is sent once, and not repeated without back-off";
    finding.observed = fmt::format("{} DELETEs of one session within {}", of_one.size(),
                                   in_millis(of_one.back()->request_at -
                                             of_one.front()->request_at));
    finding.likely_cause = "DELETE is repeated until an answer comes that a server need not give";
    finding.cure = "take any answer for the end: 405 says that sessions end by themselves";
    finding.evidence = ladder_of(timeline, *of_one.front(), *of_one.back());
    return broken(finding);
  }
  return held();
}

}  // namespace

Check session_is_deleted(Rule rule) {
  return {"session_is_deleted",
          [=](const Evidence& evidence) { return judge_deleted(evidence, rule); }};
}

Check client_exits_in_order() {
  return {"client_exits_in_order", judge_exit};
}

Check deletes_in_bounds() {
  return {"deletes_in_bounds", judge_deletes};
}

Check client_leaves() {
  return {"client_leaves", judge_leaves};
}

Check timed_out_call_is_cancelled(Rule rule, Rule own) {
  return {"timed_out_call_is_cancelled",
          [=](const Evidence& evidence) { return judge_cancelled(evidence, rule, own); }};
}

}  // namespace tailrace
