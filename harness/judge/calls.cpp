// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/calls.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/resume.h"

namespace tailrace {
namespace {

// Beyond its back-off: who still tries comes back sooner, told to do so after 500 ms.
constexpr Millis kGivenUp{1500};

std::string_view outcome_word(const CallReturn& back) {
  return back.outcome.empty() ? "unknown" : std::string_view(back.outcome);
}

// The response was read, and thrown away for want of an end.
Finding lost_without_end(const Evidence& evidence, const ClientCall& call) {
  Finding finding = finding_of(evidence, "call_returns_without_terminator", Rule{});
  finding.level = Level::kShould;  // The body ought to have ended; the caller has lost the answer.
  finding.required = "a call returns its response when it came, also if the body never ends";
  finding.observed = fmt::format(
      "{} returned {} after its {} was sent, as {}: the response did not reach the caller",
      describe(*call.exchange), in_millis(*call.back.at - *call.final_at),
      call.final->kind == MessageKind::kError ? "Error" : "Result",
      call.back.outcome == "limit" ? "a time-out" : "an error");
  finding.likely_cause = "the response is given out only when the body has been read to its end";
  finding.cure = "end the call with its Response or Error, and bound the reading of what follows";
  finding.evidence = ladder_of(evidence.timeline, *call.exchange);
  finding.evidence.push_back(gap_line(evidence.timeline, *call.back.at, "the call came back"));
  return finding;
}

Judgement judge_no_terminator(const Evidence& evidence) {
  const auto calls = calls_of(evidence.timeline);
  Judgement judgement = held();
  std::size_t judged = 0;
  for (const ClientCall& call : calls) {
    if (!call.final_at) continue;
    ++judged;
    if (outlived(evidence.timeline, call)) {
      return broken(call_hangs(evidence, call, "call_returns_without_terminator",
                          "a call returns when its response came, also if the body never ends"));
    }
    if (!call.back.at) return inconclusive("the end of the call was not seen within its limit");
    const bool by_limit = call.back.outcome == "limit" &&
                          !limit_was_near(evidence.timeline, call, *call.final_at);
    const bool fails = call.back.outcome == "error" && call.final->kind == MessageKind::kResult;
    if ((by_limit || fails) && judgement.findings.empty()) {
      judgement.outcome = Outcome::kBroken;
      judgement.findings.push_back(lost_without_end(evidence, call));
    }
    judgement.measurements.push_back(
        {fmt::format("call_{}_returned", judged),
         fmt::format("{} after the response, {}", in_millis(*call.back.at - *call.final_at),
                     outcome_word(call.back))});
  }
  if (judged == 0) return inconclusive("the client made no call that got its response");
  return judgement;
}

Finding killed(const Evidence& evidence, const ClientCall& call, std::string_view check,
               std::string required, std::string how) {
  Finding finding = finding_of(evidence, check, Rule{});
  finding.level = Level::kShould;  // An adapter of another kind might have ended so.
  finding.required = std::move(required);
  finding.observed = std::move(how) + ", and no line told what the call came back with";
  finding.likely_cause = "what went wrong with one stream is thrown where nobody catches it";
  finding.cure = "fail the one call, and keep what it has in common with others";
  finding.evidence = ladder_of(evidence.timeline, *call.exchange);
  return finding;
}

Judgement judge_early_end(const Evidence& evidence) {
  const auto calls = calls_of(evidence.timeline);
  const auto cut = std::find_if(calls.begin(), calls.end(), [](const ClientCall& call) {
    return call.exchange->ended() && call.exchange->final_message() == nullptr;
  });
  if (cut == calls.end()) return inconclusive("the client made no call whose stream we could end");
  const std::string required = "a call whose stream ended without a response returns";
  if (outlived(evidence.timeline, *cut)) {
    return broken(call_hangs(evidence, *cut, "call_returns_after_early_end", required));
  }
  if (!cut->back.at) return inconclusive("the end of the call was not seen within its limit");
  if (std::string how = died_in(evidence.timeline, *cut); !how.empty()) {
    return broken(killed(evidence, *cut, "call_returns_after_early_end", required, std::move(how)));
  }
  if (limit_was_near(evidence.timeline, *cut, *cut->exchange->ended_at)) {
    return inconclusive("its stream could be ended only when the call's own limit was near");
  }
  const Nanos took = *cut->back.at - *cut->exchange->ended_at;
  Judgement judgement = held();
  if (cut->back.outcome == "limit" || took >= call_limit_of(evidence.timeline)) {
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

// How long nothing had come since the last GET that was to resume it ended, where that is longer
// than a back-off that still grows; 0 where it is not, none came or one is open.
Nanos silent_before_return(const Timeline& timeline, const ClientCall& call) {
  constexpr int kGrowth = 2;
  MonoTime last = *call.exchange->ended_at;
  Nanos most_between{0};
  bool came = false;
  for (const Exchange& get : timeline.exchanges) {
    if (get.request_at <= *call.exchange->ended_at) continue;
    // Who begins a session anew, or sends the call once more, has not left it to its limit.
    if (came && get.is_post() && is_request(get)) return Nanos(0);
    if (!resumes(get)) continue;
    came = true;
    most_between = std::max(most_between, get.request_at - last);
    last = get.ended_at.value_or(*timeline.last);
  }
  const Nanos silent = *call.back.at - last;
  return came && silent >= kGrowth * most_between + kGivenUp ? silent : Nanos(0);
}

Finding left_to_its_limit(const Evidence& evidence, const ClientCall& call, Nanos silent) {
  Finding finding = finding_of(evidence, "call_returns_after_failed_resume", Rule{});
  finding.level = Level::kShould;  // No rule of MCP asks for it; the caller waits for nothing.
  finding.required = "a call whose stream is not resumed any more returns, not only by its limit";
  finding.observed =
      fmt::format("{} returned by its own limit, {} after the last attempt to resume it",
                  describe(*call.exchange), in_millis(silent));
  finding.likely_cause = "who gives up resuming does not tell the call that waits";
  finding.cure = "fail the pending call when the last attempt to resume its stream has failed";
  finding.evidence = ladder_of(evidence.timeline, *call.exchange);
  return finding;
}

Judgement judge_failed_resume(const Evidence& evidence) {
  const auto calls = calls_of(evidence.timeline);
  const auto lost = std::find_if(calls.begin(), calls.end(),
                                 [](const ClientCall& call) { return call.final == nullptr; });
  if (lost == calls.end()) return inconclusive("the client made no call that was left unanswered");
  if (outlived(evidence.timeline, *lost)) {
    return broken(call_hangs(evidence, *lost, "call_returns_after_failed_resume",
                        "a call whose stream cannot be resumed returns"));
  }
  if (!lost->back.at && evidence.timeline.mark(kMarkContract) != "calls") {
    return not_applicable(kTellsNoEnds);
  }
  if (!lost->back.at) return inconclusive("the end of the call was not seen within its limit");
  if (std::string how = died_in(evidence.timeline, *lost); !how.empty()) {
    return broken(killed(evidence, *lost, "call_returns_after_failed_resume",
                         "a call whose stream cannot be resumed returns", std::move(how)));
  }
  Judgement judgement = held();
  if (lost->back.outcome == "limit" && lost->exchange->ended_at) {
    const Nanos silent = silent_before_return(evidence.timeline, *lost);
    if (silent > Nanos(0)) judgement = broken(left_to_its_limit(evidence, *lost, silent));
  }
  const Nanos took = *lost->back.at - lost->exchange->request_at;
  judgement.measurements.push_back(
      {"call_returned_after", fmt::format("{}, {}", in_millis(took), outcome_word(lost->back))});
  return judgement;
}

// Such answers are illegal of us, so that only a call that hangs is held against anybody.
Check returns_from_no_answer(std::string_view name) {
  return {std::string(name), [=](const Evidence& evidence) {
            Judgement judgement = judge_early_end(evidence);
            for (Finding& finding : judgement.findings) {
              finding.check = name;
              if (finding.level == Level::kShould) finding.level = Level::kNote;
            }
            return judgement;
          }};
}

}  // namespace

Check call_returns_without_terminator() {
  return {"call_returns_without_terminator", judge_no_terminator};
}

Check call_returns_after_early_end() {
  return {"call_returns_after_early_end", judge_early_end};
}

Check accepted_call_returns() {
  return returns_from_no_answer("accepted_call_returns");
}

Check call_returns_from_page() {
  return returns_from_no_answer("call_returns_from_page");
}

Check call_returns_after_failed_resume() {
  return {"call_returns_after_failed_resume", judge_failed_resume};
}

}  // namespace tailrace
