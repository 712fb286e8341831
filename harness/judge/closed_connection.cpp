// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/closed_connection.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kShownOutcome = 40;

// A call that came on a connection of which our direction had ended, and on no other.
bool is_lost_on_closed(const Timeline& timeline, const ClientCall& call) {
  const Exchange& first = *call.exchange;
  const Connection* const connection = timeline.connection(first.connection);
  return call.final == nullptr && !first.response && connection->half_closed;
}

// The response before it on its connection had said that it is the last: no race is left then.
bool had_been_announced(const Timeline& timeline, const Exchange& request) {
  return std::ranges::any_of(timeline.exchanges, [&](const Exchange& earlier) {
    return earlier.connection == request.connection && earlier.index < request.index &&
           earlier.response && earlier.response->has_token("connection", "close");
  });
}

std::vector<ToldCall> failed(std::vector<ToldCall> told) {
  std::erase_if(told, [](const ToldCall& call) {
    return call.outcome.empty() || call.outcome == "result";
  });
  return told;
}

Finding closed_finding(const Evidence& evidence, const std::string& harm) {
  Finding finding = finding_of(evidence, "calls_outlive_connections", Rule{}, harm);
  finding.required = "a call goes out on another connection when the last one was closed";
  finding.likely_cause = "a connection is taken from the pool without a look whether its peer has "
                         "ended it";
  finding.cure = "drop connections that end while they are idle or say so, and send a request "
                 "again that a closed connection did not take";
  return finding;
}

Finding sent_to_announced(const Evidence& evidence, const Exchange& request) {
  Finding finding = closed_finding(evidence, "harm.answer_lost");
  finding.observed = fmt::format("{} was sent, and lost, though the response before it had said "
                                 "`Connection: close`",
                                 describe(request));
  finding.evidence = ladder_of(evidence.timeline, request);
  return finding;
}

Finding fails(const Evidence& evidence, const ToldCall& call) {
  Finding finding = closed_finding(evidence, "");
  finding.level = Level::kShould;  // Servers may close, and the caller is told.
  finding.observed = fmt::format("call {} came back as {}: the connection of the one before it had "
                                 "ended by FIN, and no request came",
                                 call.number, excerpt(call.outcome, kShownOutcome));
  finding.evidence.push_back(gap_line(evidence.timeline, call.at, "the call failed"));
  return finding;
}

// The client lives, and makes none of the calls that it was asked for any more. How long it takes
// to leave after the last of them is another's matter.
bool hangs_before_next(const Timeline& timeline, const ClientCall& last, std::size_t told) {
  if (timeline.process_ended && !timeline.process_ended->what.asked) return false;
  const std::size_t asked = asked_calls(timeline);
  if (asked > 0 && last.number >= asked) return false;
  if (!last.back.at || told > last.number) return false;
  return *timeline.last - *last.back.at > call_limit_of(timeline) * kLimitsUntilHarm;
}

Finding hangs(const Evidence& evidence, const ClientCall& last) {
  const Timeline& timeline = evidence.timeline;
  Finding finding = closed_finding(evidence, "harm.call_hangs");
  finding.observed = fmt::format("call {} came back, and none came in {} after it; its limit is {} "
                                 "ms",
                                 last.number, in_millis(*timeline.last - *last.back.at),
                                 call_limit_of(timeline).count());
  finding.evidence = ladder_of(timeline, *last.exchange);
  finding.evidence.push_back(gap_line(timeline, *timeline.last, "no further call so far"));
  return finding;
}

Judgement judge_outliving(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  if (calls.empty()) return inconclusive("the client made no call");
  std::size_t crossed = 0;
  for (const ClientCall& call : calls) {
    if (!is_lost_on_closed(timeline, call)) continue;
    if (had_been_announced(timeline, *call.exchange)) {
      return broken(sent_to_announced(evidence, *call.exchange));
    }
    ++crossed;
  }
  const auto told = told_calls(timeline);
  const auto lost = failed(told);
  // One whose request came is another check's matter.
  const bool unsent = told.size() > calls.size();
  if (unsent && !lost.empty()) return broken(fails(evidence, lost.front()));
  if (hangs_before_next(timeline, calls.back(), told.size())) {
    return broken(hangs(evidence, calls.back()));
  }
  if (told.empty()) return not_applicable(kTellsNoEnds);
  Judgement judgement = held();
  if (!lost.empty()) {
    judgement.measurements = {{"requests_that_crossed_a_fin", fmt::format("{}", crossed)}};
  }
  return judgement;
}

}  // namespace

Check calls_outlive_connections() {
  return {"calls_outlive_connections", judge_outliving};
}

}  // namespace tailrace
