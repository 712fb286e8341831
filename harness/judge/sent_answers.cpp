// SPDX-License-Identifier: Apache-2.0
// Checks of what a call comes back with: the response that was sent for it.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/lost_cause.h"
#include "harness/judge/resume.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

constexpr std::string_view kPlainCalls = "plain_calls_return";
constexpr std::string_view kBig = "call_returns_big_answers";
constexpr std::string_view kBatches = "call_returns_from_batches";
// No reader has a smaller limit: a line that is as long fits the buffers of all that were seen.
constexpr std::uint64_t kPlainAnswer = 16 << 10;

constexpr std::size_t kShownText = 64;
constexpr std::string_view kNotTheForm = "it is not the form, as the same";

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
  const auto next = static_cast<std::size_t>(&call - calls.data()) + 1;
  return !are_at_once(timeline) && next < calls.size() &&
         *call.final_at > calls[next].exchange->request_at;
}

// Such an end, of a client that tells of its calls; "" where it does not.
std::string told_death_in(const Timeline& timeline, const ClientCall& call) {
  const bool tells = std::ranges::any_of(
      timeline.lines, [](const auto& line) { return parse_json(line.what.text).has_value(); });
  return tells ? died_in(timeline, call) : "";
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
    const bool batch = event.message && event.message->kind == MessageKind::kBatch;
    if (batch || event.sse.type != "message") return false;
    responses += event.message && event.message->is_response();
  }
  return responses == 1;
}

bool came_back(const ClientCall& call) {
  return call.final != nullptr && !call.back.outcome.empty() && difference(call).empty();
}

bool is_lost(const ClientCall& call) {
  return call.final != nullptr && !call.back.outcome.empty() && !difference(call).empty();
}

// Scripts that answer in several forms use each more than once. A form that came back as sent in
// another call is not what this one was lost by: the number of that call, else nothing. Where no
// form is named only a later call tells: something else may have ended what calls hang on.
std::optional<std::size_t> came_back_elsewhere(const std::vector<ClientCall>& calls,
                                               const ClientCall& lost) {
  const auto well = std::ranges::find_if(calls, [&](const ClientCall& call) {
    return call.variant == lost.variant && came_back(call) &&
           (!lost.variant.empty() || (&call > &lost && are_of_one_form(call, lost)));
  });
  return well == calls.end() ? std::nullopt : std::optional(well->number);
}

std::uint64_t bytes_of(const ClientCall& call) {
  return call.exchange->response_span.end - call.exchange->response_span.begin;
}

// Answers were lost, and for each of them a bigger one came back as sent.
bool are_lost_by_other_than_size(const std::vector<ClientCall>& calls) {
  const auto smaller = [&](const ClientCall& lost) {
    return std::ranges::any_of(calls, [&](const ClientCall& call) {
      return bytes_of(call) > bytes_of(lost) && came_back(call);
    });
  };
  return std::ranges::any_of(calls, is_lost) &&
         std::ranges::all_of(calls, [&](const ClientCall& call) {
           return !is_lost(call) || smaller(call);
         });
}

// None of the forms was lost each time.
bool are_lost_by_chance(const std::vector<ClientCall>& calls,
                        const std::vector<const ClientCall*>& lost) {
  return std::ranges::all_of(lost, [&](const ClientCall* call) {
    return came_back_elsewhere(calls, *call).has_value();
  });
}

void blame_what_they_share(const Timeline& timeline, const std::vector<ClientCall>& calls,
                           const std::vector<const ClientCall*>& lost, Finding& finding) {
  std::vector<const ClientCall*> well;
  for (const ClientCall& call : calls) {
    if (came_back(call)) well.push_back(&call);
  }
  const auto cause = cause_of_losses(timeline, lost, well);
  if (!cause) return;
  finding.likely_cause = cause->likely_cause;
  finding.cure = cause->cure;
}

void blame_chance(Finding& finding) {
  finding.likely_cause = "an answer is lost now and then, whatever its form: two things race in "
                         "the client, such as reading a stream and waking who waits for it";
  finding.cure = "run it again with --repeat 20: it tells how often, and that the form does not "
                 "matter";
}

// Then no rule of how answers are written was broken, and it is the answer that was lost.
Finding lost_by_chance(const Evidence& evidence, const std::vector<ClientCall>& calls,
                       const ClientCall& first, Finding found) {
  Finding finding =
      finding_of(evidence, "call_returns_what_was_sent", Rule{}, "harm.answer_lost");
  finding.required = std::move(found.required);
  finding.observed = fmt::format("{}; {} came back as sent in call {}", found.observed, kNotTheForm,
                                 *came_back_elsewhere(calls, first));
  blame_chance(finding);
  finding.evidence = std::move(found.evidence);
  return finding;
}

using Which = bool (*)(const ClientCall&);

Judgement judge_as_sent(const Evidence& evidence, const std::vector<ClientCall>& calls, Rule rule,
                        Which which = nullptr) {
  if (calls.empty()) return inconclusive("the client made no call");
  std::vector<std::string> wrong;
  std::vector<const ClientCall*> lost;
  std::size_t judged = 0, untold = 0;
  for (const ClientCall& call : calls) {
    if (came_too_late(evidence.timeline, calls, call)) continue;
    const bool stopped = stopped_reading(evidence.timeline, call);
    if (call.final == nullptr && !stopped) continue;
    if (which != nullptr && !which(call)) continue;
    if (outlived(evidence.timeline, call)) {
      return broken(call_hangs(evidence, call, "call_returns_what_was_sent",
                          "a call returns when its response came: " + name_of(call)));
    }
    if (!call.back.at) return inconclusive(name_of(call) + " was not seen to come back");
    if (call.final_at && limit_was_near(evidence.timeline, call, *call.final_at)) {
      return inconclusive(name_of(call) + " was answered only when its own limit was near");
    }
    std::string what = told_death_in(evidence.timeline, call);
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
    lost.push_back(&call);
    wrong.push_back(what);
  }
  if (!lost.empty()) {
    const ClientCall& first = *lost.front();
    Finding finding = not_as_sent(evidence, first, rule, wrong, judged);
    blame_what_they_share(evidence.timeline, calls, lost, finding);
    if (!are_lost_by_chance(calls, lost)) return broken(std::move(finding));
    return broken(lost_by_chance(evidence, calls, first, std::move(finding)));
  }
  if (judged > 0 && untold > 0) return inconclusive("the client did not tell of all its calls");
  if (judged > 0) return held();
  return not_applicable(untold > 0 ? kTellsNoEnds : "no call got its response");
}

// Who sends a request anew counts one call where we see two: then their numbers say nothing, but
// for the last one, which is still under way.
Judgement judge_plain(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  const std::size_t told = told_calls(timeline).size();
  const bool tells = timeline.mark(kMarkContract) == "calls";
  if (!tells || calls.empty()) return not_applicable("nobody tells how the calls end");
  if (told == calls.size()) {
    Judgement judgement = judge_as_sent(evidence, calls, Rule{}, &is_plain);
    for (Finding& finding : judgement.findings) finding.check = kPlainCalls;
    return judgement;
  }
  const bool last_waits = told + 1 == calls.size() && !calls.back().back.at;
  if (last_waits && is_plain(calls.back()) && outlived(timeline, calls.back())) {
    return broken(call_hangs(evidence, calls.back(), kPlainCalls,
                        "a call returns when its response came"));
  }
  return held();
}

// No rule of MCP decides the question: a field regression, and the caller hears of it. What is lost
// by chance has nothing to do with the question.
Judgement as_should(Judgement judgement, std::string_view check, std::string_view likely_cause,
                    std::string_view cure) {
  for (Finding& finding : judgement.findings) {
    finding.check = check;
    if (finding.observed.find(kNotTheForm) != std::string::npos) continue;
    finding.harm.clear();
    finding.level = Level::kShould;
    finding.likely_cause = likely_cause;
    finding.cure = cure;
  }
  return judgement;
}

Judgement judge_big(const Evidence& evidence) {
  const auto calls = calls_of(evidence.timeline);
  Judgement judgement = judge_as_sent(evidence, calls, Rule{});
  if (are_lost_by_other_than_size(calls)) {
    for (Finding& finding : judgement.findings) {
      finding.check = kBig;
      blame_chance(finding);
    }
    return judgement;
  }
  if (judgement.outcome != Outcome::kBroken) {
    for (const ClientCall& call : calls) {
      const std::string how = gave_up_on(evidence.timeline, call);
      if (how.empty()) continue;
      judgement = broken(
          not_as_sent(evidence, call, Rule{}, {name_of(call) + ": " + how}, calls.size()));
      break;
    }
  }
  return as_should(std::move(judgement), kBig, "a reader of lines or events with a small limit",
                   "let the limit be set, and no smaller than the answers that servers give");
}

Judgement judge_beside_unknown(const Evidence& evidence) {
  return as_should(judge_as_sent(evidence, calls_of(evidence.timeline), Rule{}),
                   "call_returns_beside_unknown_events",
                   "the data of each event is taken for a message, or a name that is not known for "
                   "an error, or for that of the next event, too",
                   "take messages from events named `message` or not at all, and skip the others");
}

// Where the server chose that revision, an older one than the client had offered, it is a should:
// few servers that speak it send batches, and a client may be expected to know what it agrees to.
Judgement judge_batches(const Evidence& evidence, Rule rule) {
  const auto calls = calls_of(evidence.timeline);
  if (calls.empty()) return not_applicable("the client left: it does not speak the revision");
  Judgement judgement = judge_as_sent(evidence, calls, rule);
  for (Finding& finding : judgement.findings) {
    finding.check = kBatches;
    if (!finding.harm.empty()) continue;
    if (finding.level == Level::kNote) finding.level = Level::kShould;
    finding.likely_cause = "an array is no message to the reader, as in revisions without batches";
    finding.cure = "take each element of an array for a message, or agree to no revision that has "
                   "batches";
  }
  return judgement;
}

}  // namespace

Check call_returns_what_was_sent(Rule rule) {
  return {"call_returns_what_was_sent",
          [=](const Evidence& evidence) {
            return judge_as_sent(evidence, calls_of(evidence.timeline), rule);
          }};
}

Check plain_calls_return() {
  return {std::string(kPlainCalls), judge_plain};
}

Check call_returns_big_answers() {
  return {std::string(kBig), judge_big};
}

Check call_returns_from_batches(Rule rule) {
  return {std::string(kBatches),
          [=](const Evidence& evidence) { return judge_batches(evidence, rule); }};
}

Check call_returns_beside_unknown_events() {
  return {"call_returns_beside_unknown_events", judge_beside_unknown};
}

}  // namespace tailrace
