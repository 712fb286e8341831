// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harness/judge/ladder.h"
#include "harness/judge/resume.h"

namespace tailrace {
namespace {

// How a call came back, as far as it was seen.
struct Return {
  std::optional<MonoTime> at;
  std::string outcome;  // The adapter's word: "result", "error", "limit"; "" without one.
};

Millis call_limit(const Timeline& timeline) {
  const std::string text = timeline.mark(kMarkCallLimit).value_or("0");
  int limit = 0;
  std::from_chars(text.data(), text.data() + text.size(), limit);
  return Millis(limit);
}

std::optional<Return> told_by_adapter(const Timeline& timeline, std::size_t call) {
  for (const auto& line : timeline.lines) {
    const auto json = parse_json(line.what.text);
    if (!json || (*json)["call"].as_int() != static_cast<std::int64_t>(call)) continue;
    return Return{line.at, (*json)["outcome"].as_string()};
  }
  return std::nullopt;
}

Return return_of(const Timeline& timeline, const Exchange& exchange, std::size_t call) {
  if (auto told = told_by_adapter(timeline, call)) return *told;
  // A resume and a ping are part of the same call; another POSTed request is not.
  const auto next = std::find_if(timeline.exchanges.begin(), timeline.exchanges.end(),
                                 [&](const Exchange& later) {
                                   return later.request_at > exchange.request_at && later.asked &&
                                          later.asked->kind == MessageKind::kRequest;
                                 });
  if (next != timeline.exchanges.end()) return {next->request_at, ""};
  const bool left = timeline.process_ended && !timeline.process_ended->what.asked;
  if (left) return {timeline.process_ended->at, ""};
  return {};
}

struct Call {
  const Exchange* exchange;
  Return back;
};

std::vector<Call> calls_of(const Timeline& timeline) {
  std::vector<Call> calls;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method != "tools/call") continue;
    calls.push_back({&exchange, return_of(timeline, exchange, calls.size() + 1)});
  }
  return calls;
}

Finding hangs(const Evidence& evidence, const Call& call, std::string_view check,
              std::string required) {
  const Timeline& timeline = evidence.timeline;
  const MonoTime until = call.back.at.value_or(timeline.last.value_or(call.exchange->request_at));
  Finding finding = finding_of(evidence, check, Rule{}, "harm.call_hangs");
  finding.required = std::move(required);
  finding.observed =
      fmt::format("{} {} {}; its own limit is {} ms", describe(*call.exchange),
                  call.back.at ? "returned only after" : "had not returned after",
                  in_millis(until - call.exchange->request_at), call_limit(timeline).count());
  finding.likely_cause =
      "the call waits for the end of the stream, and its limit does not cover it";
  finding.cure = "end the call when its Response, Error or stream end comes, or its limit passes";
  finding.evidence = ladder_of(timeline, *call.exchange);
  finding.evidence.push_back(gap_line(timeline, until, "the call is still under way"));
  return finding;
}

bool outlived(const Timeline& timeline, const Call& call) {
  const MonoTime until = call.back.at.value_or(timeline.last.value_or(call.exchange->request_at));
  return until - call.exchange->request_at > call_limit(timeline) * kLimitsUntilHarm;
}

std::string_view outcome_word(const Return& back) {
  return back.outcome.empty() ? "unknown" : std::string_view(back.outcome);
}

Judgement judge_no_terminator(const Evidence& evidence) {
  const auto calls = calls_of(evidence.timeline);
  Judgement judgement = held();
  std::size_t judged = 0;
  for (const Call& call : calls) {
    const auto final_at = call.exchange->final_at();
    if (!final_at) continue;
    ++judged;
    if (outlived(evidence.timeline, call)) {
      return broken(hangs(evidence, call, "call_returns_without_terminator",
                          "a call returns when its response came, also if the body never ends"));
    }
    if (!call.back.at) return inconclusive("the end of the call was not seen within its limit");
    judgement.measurements.push_back(
        {fmt::format("call_{}_returned", judged),
         fmt::format("{} after the response, {}", in_millis(*call.back.at - *final_at),
                     outcome_word(call.back))});
  }
  if (judged == 0) return inconclusive("the client made no call that got its response");
  return judgement;
}

Judgement judge_early_end(const Evidence& evidence) {
  const auto calls = calls_of(evidence.timeline);
  const auto cut = std::find_if(calls.begin(), calls.end(), [](const Call& call) {
    return call.exchange->ended() && call.exchange->final_message() == nullptr;
  });
  if (cut == calls.end()) return inconclusive("the client made no call whose stream we could end");
  const std::string required = "a call whose stream ended without a response returns";
  if (outlived(evidence.timeline, *cut)) {
    return broken(hangs(evidence, *cut, "call_returns_after_early_end", required));
  }
  if (!cut->back.at) return inconclusive("the end of the call was not seen within its limit");
  const Nanos took = *cut->back.at - *cut->exchange->ended_at;
  Judgement judgement = held();
  if (cut->back.outcome == "limit" || took >= call_limit(evidence.timeline)) {
    Finding finding = finding_of(evidence, "call_returns_after_early_end", Rule{});
    finding.level = Level::kShould;  // No rule of MCP asks for it; the caller waits for nothing.
    finding.required = required + " at once, not only by its own limit";
    finding.observed = fmt::format("{} returned {} after its stream had ended",
                                   describe(*cut->exchange), in_millis(took));
    finding.likely_cause = "the end of the stream is not told to the calls that wait on it";
    finding.cure = "fail the pending call when its stream ends without a response";
    finding.evidence = ladder_of(evidence.timeline, *cut->exchange);
    judgement = broken(finding);
  }
  judgement.measurements.push_back(
      {"returned_after_end", fmt::format("{}, {}", in_millis(took), outcome_word(cut->back))});
  return judgement;
}

}  // namespace

Check call_returns_without_terminator() {
  return {"call_returns_without_terminator", judge_no_terminator};
}

Check call_returns_after_early_end() {
  return {"call_returns_after_early_end", judge_early_end};
}

}  // namespace tailrace
