// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/calls.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/resume.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

constexpr std::string_view kPlainCalls = "plain_calls_return";
// No reader has a smaller limit: a line that is as long fits the buffers of all that were seen.
constexpr std::uint64_t kPlainAnswer = 16 << 10;

constexpr std::size_t kShownText = 64;

Finding hangs(const Evidence& evidence, const ClientCall& call, std::string_view check,
              std::string required) {
  const Timeline& timeline = evidence.timeline;
  const MonoTime until = call.back.at.value_or(timeline.last.value_or(call.exchange->request_at));
  Finding finding = finding_of(evidence, check, Rule{}, "harm.call_hangs");
  finding.required = std::move(required);
  finding.observed =
      fmt::format("{} {} {}; its own limit is {} ms", describe(*call.exchange),
                  call.back.at ? "returned only after" : "had not returned after",
                  in_millis(until - call.exchange->request_at), call_limit_of(timeline).count());
  finding.likely_cause =
      "the call waits for the end of the stream, and its limit does not cover it";
  finding.cure = "end the call when its Response, Error or stream end comes, or its limit passes";
  finding.evidence = ladder_of(timeline, *call.exchange);
  finding.evidence.push_back(gap_line(timeline, until, "the call is still under way"));
  return finding;
}

std::string_view outcome_word(const CallReturn& back) {
  return back.outcome.empty() ? "unknown" : std::string_view(back.outcome);
}

// The response was read, and thrown away for want of an end.
Finding lost_without_end(const Evidence& evidence, const ClientCall& call) {
  Finding finding = finding_of(evidence, "call_returns_without_terminator", Rule{});
  finding.level = Level::kShould;  // The body ought to have ended; the caller has lost the answer.
  finding.required = "a call returns its response when it came, also if the body never ends";
  finding.observed = fmt::format(
      "{} returned {} after its {} was sent, as a time-out: the response did not reach the caller",
      describe(*call.exchange), in_millis(*call.back.at - *call.final_at),
      call.final->kind == MessageKind::kError ? "Error" : "Result");
  finding.likely_cause = "the response is given out only when the body has been read to its end";
  finding.cure = "end the call with its Response or Error, and bound the reading of what follows";
  finding.evidence = ladder_of(evidence.timeline, *call.exchange);
  finding.evidence.push_back(gap_line(evidence.timeline, *call.back.at, "the call timed out"));
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
      return broken(hangs(evidence, call, "call_returns_without_terminator",
                          "a call returns when its response came, also if the body never ends"));
    }
    if (!call.back.at) return inconclusive("the end of the call was not seen within its limit");
    const bool by_limit = call.final != nullptr && call.back.outcome == "limit" &&
                          !limit_was_near(evidence.timeline, call, *call.final_at);
    if (by_limit && judgement.findings.empty()) {
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

Judgement judge_early_end(const Evidence& evidence) {
  const auto calls = calls_of(evidence.timeline);
  const auto cut = std::find_if(calls.begin(), calls.end(), [](const ClientCall& call) {
    return call.exchange->ended() && call.exchange->final_message() == nullptr;
  });
  if (cut == calls.end()) return inconclusive("the client made no call whose stream we could end");
  const std::string required = "a call whose stream ended without a response returns";
  if (outlived(evidence.timeline, *cut)) {
    return broken(hangs(evidence, *cut, "call_returns_after_early_end", required));
  }
  if (!cut->back.at) return inconclusive("the end of the call was not seen within its limit");
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

Judgement judge_failed_resume(const Evidence& evidence) {
  const auto calls = calls_of(evidence.timeline);
  const auto lost = std::find_if(calls.begin(), calls.end(),
                                 [](const ClientCall& call) { return call.final == nullptr; });
  if (lost == calls.end()) return inconclusive("the client made no call that was left unanswered");
  if (outlived(evidence.timeline, *lost)) {
    return broken(hangs(evidence, *lost, "call_returns_after_failed_resume",
                        "a call whose stream cannot be resumed returns"));
  }
  if (!lost->back.at) return inconclusive("the end of the call was not seen within its limit");
  Judgement judgement = held();
  const Nanos took = *lost->back.at - lost->exchange->request_at;
  judgement.measurements.push_back(
      {"call_returned_after", fmt::format("{}, {}", in_millis(took), outcome_word(lost->back))});
  return judgement;
}

// What is wrong with how the call came back; "" where nothing is.
std::string difference(const ClientCall& call) {
  const bool error = call.final->kind == MessageKind::kError;
  const std::string_view expected = error ? "error" : "result";
  if (call.back.outcome != expected) {
    return fmt::format("{}: {} was sent, the call came back as {}", name_of(call),
                       describe(*call.final), call.back.outcome);
  }
  if (error || !call.back.text) return "";
  const auto& content = call.final->body["result"]["content"].items();
  const std::string sent = content.empty() ? "" : content.front()["text"].as_string();
  if (sent.starts_with(*call.back.text) && (!call.back.text->empty() || sent.empty())) return "";
  return fmt::format("{}: the text '{}' came back as '{}'", name_of(call),
                     sent.substr(0, kShownText), *call.back.text);
}

// The client hung up on the stream, with an error for its caller, before the response was sent.
bool stopped_reading(const Timeline& timeline, const ClientCall& call) {
  const Exchange& exchange = *call.exchange;
  if (call.final != nullptr || call.back.outcome != "error" || !exchange.response) return false;
  const auto& left = timeline.connection(exchange.connection)->peer_ended;
  return left && exchange.end != BodyEnd::kComplete && exchange.end != BodyEnd::kCut;
}

// How the caller was told of the end, where the response had begun in time and all of it was sent:
// of an error long before its limit while it was on its way, or of its limit, since how fast a big
// response leaves is up to who reads it. "" where neither is so.
std::string gave_up_on(const Timeline& timeline, const ClientCall& call) {
  const Exchange& exchange = *call.exchange;
  if (!call.back.at || !exchange.head_at || *call.back.at <= *exchange.head_at) return "";
  if (!call.final_at || exchange.final_message() != call.final) return "";
  const Nanos half = call_limit_of(timeline) / 2;
  if (call.back.outcome == "error" && *call.back.at < *call.final_at &&
      *call.back.at - exchange.request_at < half) {
    return "the call came back as error before all of its response was sent";
  }
  if (call.back.outcome == "limit" && *exchange.head_at - exchange.request_at < half) {
    return "it had not read its response within its limit";
  }
  return "";
}

Finding not_as_sent(const Evidence& evidence, const ClientCall& first, Rule rule,
                    const std::vector<std::string>& wrong, std::size_t judged) {
  const std::string harm = rule.empty() ? "harm.answer_lost" : "";
  Finding finding = finding_of(evidence, "call_returns_what_was_sent", rule, harm);
  finding.required = "a call returns the response that was sent for it";
  finding.observed = fmt::format("{} of {} did not: {}", wrong.size(), judged, wrong.front());
  for (std::size_t i = 1; i < wrong.size(); ++i) finding.observed += "; " + wrong[i];
  finding.likely_cause = "the stream is read by simpler rules than those it is written by, or its "
                         "messages are not matched to calls by their ids";
  finding.cure = "read event streams as the HTML standard defines, messages by their id";
  finding.evidence = ladder_of(evidence.timeline, *first.exchange);
  finding.evidence.push_back(
      gap_line(evidence.timeline, *first.back.at, wrong.front()));
  return finding;
}

// The caller had been told before its response was sent: by the line of the call, or, since that
// line takes another way than the bytes, by the request of the next call.
bool came_too_late(const Timeline& timeline, const std::vector<ClientCall>& calls,
                   const ClientCall& call) {
  if (!call.final_at) return false;
  if (call.back.at && *call.final_at > *call.back.at) return true;
  return !are_at_once(timeline) && call.number < calls.size() &&
         *call.final_at > calls[call.number].exchange->request_at;
}

// How the process of a client that tells of its calls died in this one; "" where it did not.
std::string died_in(const Timeline& timeline, const ClientCall& call) {
  const auto& end = timeline.process_ended;
  if (!end || end->what.asked || call.back.at != end->at) return "";
  const bool tells = std::ranges::any_of(
      timeline.lines, [](const auto& line) { return parse_json(line.what.text).has_value(); });
  if (!tells || timeline.mark(kMarkContract) != "calls") return "";
  if (end->what.signal != 0) {
    return fmt::format("{}: the client's process died by signal {}", name_of(call),
                       end->what.signal);
  }
  if (end->what.exit_code == 0) return "";
  return fmt::format("{}: the client's process ended with status {}", name_of(call),
                     end->what.exit_code);
}

// An answer that leaves no reader a doubt: one response, in a small body that ended in order.
bool is_plain(const ClientCall& call) {
  const Exchange& exchange = *call.exchange;
  const RpcMessage* const final = exchange.final_message();
  const bool own = final != nullptr && call.final != nullptr && call.final->id == final->id;
  if (!own || exchange.end != BodyEnd::kComplete || !is_success(exchange)) return false;
  const std::uint64_t bytes = exchange.response_span.end - exchange.response_span.begin;
  if (!exchange.malformed.empty() || bytes > kPlainAnswer) return false;
  const std::string& type = final->body["result"]["resultType"].as_string();
  if (!type.empty() && type != "complete") return false;
  std::size_t responses = exchange.answer ? 1 : 0;
  for (const StreamEvent& event : exchange.events) {
    if (event.sse.type != "message") return false;
    responses += event.message && event.message->is_response();
  }
  return responses == 1;
}

using Which = bool (*)(const ClientCall&);

Judgement judge_as_sent(const Evidence& evidence, Rule rule, Which which = nullptr) {
  const auto calls = calls_of(evidence.timeline);
  if (calls.empty()) return inconclusive("the client made no call");
  std::vector<std::string> wrong;
  const ClientCall* first = nullptr;
  std::size_t judged = 0, untold = 0;
  for (const ClientCall& call : calls) {
    if (came_too_late(evidence.timeline, calls, call)) continue;
    const bool stopped = stopped_reading(evidence.timeline, call);
    if (call.final == nullptr && !stopped) continue;
    if (which != nullptr && !which(call)) continue;
    if (outlived(evidence.timeline, call)) {
      return broken(hangs(evidence, call, "call_returns_what_was_sent",
                          "a call returns when its response came: " + name_of(call)));
    }
    if (!call.back.at) return inconclusive(name_of(call) + " was not seen to come back");
    if (call.final_at && limit_was_near(evidence.timeline, call, *call.final_at)) {
      return inconclusive(name_of(call) + " was answered only when its own limit was near");
    }
    std::string what = died_in(evidence.timeline, call);
    if (call.back.outcome.empty() && what.empty()) {
      ++untold;
      continue;
    }
    ++judged;
    if (what.empty()) {
      what = stopped ? name_of(call) + ": the client hung up before its response"
                     : difference(call);
    }
    if (what.empty()) continue;
    if (first == nullptr) first = &call;
    wrong.push_back(what);
  }
  if (first != nullptr) return broken(not_as_sent(evidence, *first, rule, wrong, judged));
  if (judged > 0 && untold > 0) return inconclusive("the client did not tell of all its calls");
  if (judged > 0) return held();
  return not_applicable(untold > 0 ? "the client does not tell how its calls end: give it an "
                                     "adapter (fixtures/sut/README.md)"
                                   : "no call got its response");
}

// Who sends a request anew counts one call where we see two: then their numbers say nothing, but
// for the last one, which is still under way.
Judgement judge_plain(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  const std::size_t told = told_calls(timeline);
  const bool tells = timeline.mark(kMarkContract) == "calls";
  if (!tells || calls.empty()) return not_applicable("nobody tells how the calls end");
  if (told == calls.size()) {
    Judgement judgement = judge_as_sent(evidence, Rule{}, &is_plain);
    for (Finding& finding : judgement.findings) finding.check = kPlainCalls;
    return judgement;
  }
  const bool last_waits = told + 1 == calls.size() && !calls.back().back.at;
  if (last_waits && is_plain(calls.back()) && outlived(timeline, calls.back())) {
    return broken(hangs(evidence, calls.back(), kPlainCalls,
                        "a call returns when its response came"));
  }
  return held();
}

// No rule of MCP decides the question: a field regression, and the caller hears of it.
Judgement as_should(Judgement judgement, std::string_view check, std::string_view likely_cause,
                    std::string_view cure) {
  for (Finding& finding : judgement.findings) {
    finding.check = check;
    finding.harm.clear();
    finding.level = Level::kShould;
    finding.likely_cause = likely_cause;
    finding.cure = cure;
  }
  return judgement;
}

Judgement judge_big(const Evidence& evidence) {
  Judgement judgement = judge_as_sent(evidence, Rule{});
  if (judgement.outcome != Outcome::kBroken) {
    const auto calls = calls_of(evidence.timeline);
    for (const ClientCall& call : calls) {
      const std::string how = gave_up_on(evidence.timeline, call);
      if (how.empty()) continue;
      judgement = broken(
          not_as_sent(evidence, call, Rule{}, {name_of(call) + ": " + how}, calls.size()));
      break;
    }
  }
  return as_should(std::move(judgement), "call_returns_big_answers",
                   "a reader of lines or events with a small limit",
                   "let the limit be set, and no smaller than the answers that servers give");
}

Judgement judge_beside_unknown(const Evidence& evidence) {
  return as_should(judge_as_sent(evidence, Rule{}), "call_returns_beside_unknown_events",
                   "the data of each event is taken for a message, or a name that is not known for "
                   "an error",
                   "take messages from events named `message` or not at all, and skip the others");
}

}  // namespace

Check call_returns_without_terminator() {
  return {"call_returns_without_terminator", judge_no_terminator};
}

Check call_returns_after_early_end() {
  return {"call_returns_after_early_end", judge_early_end};
}

Check accepted_call_returns() {
  constexpr std::string_view kName = "accepted_call_returns";
  return {std::string(kName), [=](const Evidence& evidence) {
            Judgement judgement = judge_early_end(evidence);
            for (Finding& finding : judgement.findings) {
              finding.check = kName;
              if (finding.level == Level::kShould) finding.level = Level::kNote;
            }
            return judgement;
          }};
}

Check call_returns_after_failed_resume() {
  return {"call_returns_after_failed_resume", judge_failed_resume};
}

Check call_returns_what_was_sent(Rule rule) {
  return {"call_returns_what_was_sent",
          [=](const Evidence& evidence) { return judge_as_sent(evidence, rule); }};
}

Check plain_calls_return() {
  return {std::string(kPlainCalls), judge_plain};
}

Check call_returns_big_answers() {
  return {"call_returns_big_answers", judge_big};
}

Check call_returns_beside_unknown_events() {
  return {"call_returns_beside_unknown_events", judge_beside_unknown};
}

}  // namespace tailrace
