// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/at_once.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kShownValue = 40;
constexpr std::size_t kRoomy = 3;  // Connections

Judgement judge_waiting(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto calls = calls_of(timeline);
  const ClientCall* answered = nullptr;
  for (const ClientCall& call : calls) {
    if (!call.final_at || (answered && *answered->final_at <= *call.final_at)) continue;
    answered = &call;
  }
  if (answered == nullptr) return inconclusive("the client made no call that got its response");
  const ClientCall* late = nullptr;
  std::size_t waited = 0;
  for (const ClientCall& call : calls) {
    if (call.exchange->request_at <= *answered->final_at) continue;
    ++waited;
    if (late == nullptr) late = &call;
  }
  const bool beside_get = std::ranges::any_of(timeline.exchanges, is_silent_get);
  if (late == nullptr) {
    Judgement judgement = held();
    judgement.measurements = {{"calls_at_once", fmt::format("{}", calls.size())},
                              {"beside_silent_get", beside_get ? "yes" : "no"}};
    return judgement;
  }
  Finding finding = finding_of(evidence, "calls_do_not_wait_for_each_other", Rule{});
  // A field regression, where one stream takes all of it; a pool that has room beside that is what
  // RFC 9112, 9.4, asks for.
  std::set<ConnectionId> used;
  for (const ClientCall& call : calls) used.insert(call.exchange->connection);
  finding.level = used.size() < kRoomy ? Level::kShould : Level::kNote;
  finding.required = "calls that are made at once are sent without waiting for one another";
  finding.observed = fmt::format(
      "{} of {} calls were sent only when another had its response, first {} {} after {}{}", waited,
      calls.size(), name_of(*late),
      in_millis(late->exchange->request_at - answered->exchange->request_at), name_of(*answered),
      beside_get ? "; a GET without an answer was open" : "");
  finding.likely_cause = "a pool with a limit on the connections to one host, which streams use up";
  finding.cure = "give streams connections beside the pool, or the pool no small limit";
  finding.evidence = ladder_of(timeline, *answered->exchange, *late->exchange);
  return broken(finding);
}

// How we made this call fail; "" where we did not.
std::string failure_of(const Timeline& timeline, const ClientCall& call) {
  const Exchange& exchange = *call.exchange;
  if (is_refused(exchange)) {
    return fmt::format("{} was refused with {}", name_of(call), exchange.response->status);
  }
  const Connection* const connection = timeline.connection(exchange.connection);
  const bool cut = call.final == nullptr && connection != nullptr && connection->we_ended;
  return cut ? name_of(call) + " lost its connection" : "";
}

// We made some fail, and the process was gone before others came back. Which of them had been
// answered by then is luck, so that is not looked at. A should, as where a refusal ends what comes
// later: an adapter may give up by itself.
std::optional<Finding> ended_together(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto& end = timeline.process_ended;
  if (!end || end->what.asked || end->what.exit_code == 0) return std::nullopt;
  std::vector<std::string> failures;
  std::vector<ClientCall> lost;
  for (const ClientCall& call : calls_of(timeline)) {
    const std::string failure = failure_of(timeline, call);
    if (!failure.empty()) {
      failures.push_back(failure);
    } else if (call.back.outcome.empty()) {
      lost.push_back(call);
    }
  }
  if (failures.empty() || lost.empty()) return std::nullopt;
  Finding finding = finding_of(evidence, "calls_get_their_own_answers", Rule{});
  finding.level = Level::kShould;
  finding.required = "a call that fails does so alone, and those beside it go on";
  finding.observed = fmt::format(
      "the client's process ended with status {} while {} of its calls {} under way: {}",
      end->what.exit_code, lost.size(), lost.size() == 1 ? "was" : "were",
      fmt::join(failures, ", "));
  finding.likely_cause = "the error of one request is raised where those of all are handled";
  finding.cure = "hand an error to the call that waits for that request, and to nothing else";
  finding.evidence = ladder_of(timeline, *lost.front().exchange);
  return finding;
}

std::string text_of(const RpcMessage& answer) {
  const auto& content = answer.body["result"]["content"].items();
  return content.empty() ? "" : content.front()["text"].as_string();
}

// What came back in this call was sent for another one, and not for it.
bool has_answer_of(const ClientCall& call, const ClientCall& other) {
  if (&call == &other || other.final == nullptr || !call.back.text) return false;
  const std::string& got = *call.back.text;
  const bool own = call.final != nullptr && text_of(*call.final).starts_with(got);
  return !own && !got.empty() && text_of(*other.final).starts_with(got);
}

bool are_mixed_up(const Timeline& timeline) {
  const auto calls = calls_of(timeline);
  return std::ranges::any_of(calls, [&](const ClientCall& call) {
    return std::ranges::any_of(
        calls, [&](const ClientCall& other) { return has_answer_of(call, other); });
  });
}

Judgement judge_own_answers(const Evidence& evidence) {
  if (auto together = ended_together(evidence)) return broken(std::move(*together));
  Judgement judgement = call_returns_what_was_sent(Rule{}).judge(evidence);
  for (Finding& finding : judgement.findings) {
    finding.check = "calls_get_their_own_answers";
    if (finding.harm != "harm.answer_lost") continue;
    if (are_mixed_up(evidence.timeline)) {
      finding.harm = "harm.answer_to_wrong_caller";
      finding.likely_cause = "answers are given to calls in the order they come";
      finding.cure = "find the call that waits by the id of the response";
    } else {
      finding.likely_cause = "what ends one call ends others beside it, or an answer is lost where "
                             "two come at once";
      finding.cure = "keep what becomes of a request with that request, under its id";
    }
  }
  return judgement;
}

std::string id_in(const Exchange& request) {
  return request.asked->id->text;
}

std::string token_in(const Exchange& request) {
  const Json* token = request.asked->body["params"]["_meta"].find("progressToken");
  return token == nullptr ? "" : to_text(*token);
}

// What two requests must not share while both are under way.
struct OpenLaw {
  std::string_view check, what, none;
  std::string (*value)(const Exchange&);  // "" where it has none.
};
constexpr OpenLaw kIds{"open_ids_differ", "id", "no two requests of the client were under way",
                       &id_in};
constexpr OpenLaw kTokens{"open_progress_tokens_differ", "progress token",
                          "no two requests with a progress token were under way", &token_in};

// A response on another stream ends it as well, and so does the end of its own.
bool is_open_at(const Timeline& timeline, const Exchange& request, MonoTime at) {
  if (request.ended_at && *request.ended_at <= at) return false;
  const auto copies = copies_of_answer(timeline, request);
  // An earlier request may have had the same id.
  return std::none_of(copies.begin(), copies.end(), [&](const Copy& copy) {
    return copy.at > request.request_at && copy.at <= at;
  });
}

Judgement judge_open(const Evidence& evidence, const OpenLaw& law, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::vector<const Exchange*> asked;
  std::size_t pairs = 0;
  for (const Exchange& later : timeline.exchanges) {
    if (!is_request(later) || law.value(later).empty()) continue;
    for (const Exchange* earlier : asked) {
      if (!is_open_at(timeline, *earlier, later.request_at)) continue;
      ++pairs;
      if (law.value(*earlier) != law.value(later)) continue;
      Finding finding = finding_of(evidence, law.check, rule);
      finding.required = fmt::format("requests under way at once have each another {}", law.what);
      finding.observed = fmt::format("{} came with the {} {} while {} was under way",
                                     describe(later), law.what,
                                     excerpt(law.value(later), kShownValue), describe(*earlier));
      finding.likely_cause = "it is not drawn from a counter of the whole connection to the server";
      finding.cure = "draw it from one counter, or from enough random bits";
      finding.evidence = ladder_of(timeline, *earlier, later);
      return broken(finding);
    }
    asked.push_back(&later);
  }
  return pairs > 0 ? held() : not_applicable(std::string(law.none));
}

}  // namespace

Check open_ids_differ(Rule rule) {
  return {std::string(kIds.check),
          [=](const Evidence& evidence) { return judge_open(evidence, kIds, rule); }};
}

Check open_progress_tokens_differ(Rule rule) {
  return {std::string(kTokens.check),
          [=](const Evidence& evidence) { return judge_open(evidence, kTokens, rule); }};
}

Check calls_do_not_wait_for_each_other() {
  return {"calls_do_not_wait_for_each_other", judge_waiting};
}

Check calls_get_their_own_answers() {
  return {"calls_get_their_own_answers", judge_own_answers};
}

}  // namespace tailrace
