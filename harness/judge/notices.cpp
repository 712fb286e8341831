// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/notices.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "harness/judge/client_calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

constexpr int kConflict = 409;
constexpr int kTooMany = 429;  // Of all requests: no word on listeners.
constexpr Millis kBroadcast{500};  // So long after its call a copy may still come.

std::size_t notices_on(const Exchange& exchange) {
  return static_cast<std::size_t>(
      std::ranges::count_if(exchange.events, [](const StreamEvent& event) {
        return event.message && event.message->kind == MessageKind::kNotification;
      }));
}

std::size_t notices_in(const Timeline& timeline) {
  std::size_t all = 0;
  for (const Exchange& exchange : timeline.exchanges) all += notices_on(exchange);
  return all;
}

Judgement judge_come(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const auto& all = timeline.exchanges;
  const auto call = std::ranges::find_if(all, [](const Exchange& exchange) {
    return is_tool_call(exchange) && exchange.is_event_stream() && exchange.final_message();
  });
  if (call == all.end()) return not_applicable("no event stream carried the Result of a call");
  if (call->final_message()->kind == MessageKind::kError) {
    return not_applicable("the call brought an Error");
  }
  if (const std::size_t seen = notices_in(timeline); seen > 0) {
    Judgement judgement = held();
    judgement.measurements.push_back({"notifications", fmt::format("{}", seen)});
    return judgement;
  }
  Finding finding = finding_of(evidence, "notifications_come", Rule{});
  finding.level = Level::kShould;
  finding.required = "a call of the tool that is named for its notifications brings some";
  finding.observed = describe(*call) + " brought its Result and no notification on any stream";
  finding.likely_cause = "the stream ends before what was queued for it is written; or the tool "
                         "that the manifest names sends none to a client like ours";
  finding.cure = "write what belongs to a request before its response, in one order";
  finding.evidence = ladder_of(timeline, *call);
  return broken(finding);
}

// A tool may send as many as it likes each time; where nearly all calls have one number, those that
// have fewer have lost some.
Judgement judge_as_many(const Evidence& evidence) {
  constexpr std::size_t kFewestCalls = 20, kNearly = 80;  // Percent
  const Timeline& timeline = evidence.timeline;
  std::map<std::size_t, std::size_t> calls_with;  // Until an Error came.
  std::size_t counted = 0;
  bool erred = false;
  std::vector<const Exchange*> calls;
  for (const Exchange& exchange : timeline.exchanges) {
    const RpcMessage* const final = exchange.final_message();
    erred |= final != nullptr && final->kind == MessageKind::kError;
    const bool brought = final != nullptr && final->kind == MessageKind::kResult;
    if (!is_tool_call(exchange) || !exchange.is_event_stream() || !brought) continue;
    calls.push_back(&exchange);
    if (erred) continue;
    ++counted;
    ++calls_with[notices_on(exchange)];
  }
  if (counted < kFewestCalls) {
    return not_applicable(fmt::format("{} event streams carried Results: too few", counted));
  }
  // Some of what was told may go elsewhere, such as to the listening stream: then none has it all.
  const auto told = static_cast<std::size_t>(marked_number(timeline, kNoticesOfACall));
  auto usual = calls_with.find(told);
  if (told == 0 || usual == calls_with.end()) {
    usual = std::ranges::max_element(calls_with, {},
                                     [](const auto& entry) { return entry.second; });
    const bool some = calls_with.rbegin()->first > 0;
    if (!some) return not_applicable("calls of the tool sent no notification");
    // Nearly all lost them, or few had some to send: only its owner knows.
    if (usual->first == 0 && told > 0) usual = std::prev(calls_with.end());
    if (usual->first == 0 || (told == 0 && usual->second * 100 < counted * kNearly)) {
      return not_applicable("the tool sends another number of notifications each time, and the "
                            "manifest (tools.chatty.notifications) does not say how many");
    }
  }
  std::size_t fewer = 0, lost = 0;
  const Exchange* poor = nullptr;
  for (const Exchange* call : calls) {
    const std::size_t notices = notices_on(*call);
    if (notices >= usual->first) continue;
    ++fewer;
    lost += usual->first - notices;
    if (poor == nullptr) poor = call;
  }
  if (poor == nullptr) return held();
  Finding finding = finding_of(evidence, "notifications_are_as_many", Rule{});
  finding.level = Level::kShould;
  finding.required = "what a tool sends before its Result comes before it on the stream";
  finding.observed = fmt::format(
      "{} of {} calls brought fewer than the {} notifications of the others, {} in all are missing",
      fewer, calls.size(), usual->first, lost);
  finding.likely_cause = "the stream ends while what was queued for it is not yet written";
  finding.cure = "hand notifications and the response to one writer, in one order";
  finding.evidence = ladder_of(timeline, *poor);
  return broken(finding);
}

bool ran_beside(const Exchange& one, const Exchange& other) {
  const auto over = one.final_at(), others = other.final_at();
  return over && others && one.request_at < *others && other.request_at < *over;
}

Finding notified_beside(const Evidence& evidence, const Exchange& beside, const Exchange& loud,
                        Rule rule) {
  Finding finding = finding_of(evidence, "notifications_keep_to_their_call", rule);
  finding.required = "what a stream carries before its response is of its own request";
  finding.observed = fmt::format(
      "{} carried {} notifications beside a call{} that sends some, and none when it was alone",
      describe(beside), notices_on(beside),
      session_of(beside) == session_of(loud) ? "" : " of another session");
  finding.likely_cause = "notifications go to the stream that was opened first, or last, or to "
                         "who reads a common queue first";
  finding.cure = "route them by the request that they are of";
  const bool loud_first = loud.request_at < beside.request_at;
  finding.evidence = loud_first ? ladder_of(evidence.timeline, loud, beside)
                                : ladder_of(evidence.timeline, beside, loud);
  return finding;
}

Judgement judge_kept(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::vector<const Exchange*> calls;
  for (const Exchange& exchange : timeline.exchanges) {
    if (is_tool_call(exchange)) calls.push_back(&exchange);
  }
  if (calls.size() < 3) return inconclusive("the script did not come to calls beside each other");
  const Exchange& alone = *calls[0];
  if (!calls[1]->is_event_stream()) return not_applicable("the server answers with JSON");
  if (notices_in(timeline) == 0) return not_applicable("the server sent no notification");
  if (notices_on(alone) > 0) {
    return not_applicable("the other call sends notifications of its own");
  }
  std::size_t together = 0;
  for (const Exchange* beside : calls) {
    if (beside == &alone || kind_of(*beside) != kind_of(alone)) continue;
    for (const Exchange* loud : calls) {
      if (kind_of(*loud) == kind_of(alone) || !ran_beside(*beside, *loud)) continue;
      if (notices_on(*beside) > 0) return broken(notified_beside(evidence, *beside, *loud, rule));
      ++together;
    }
  }
  if (together > 0) return held();
  const bool polls = std::ranges::any_of(calls, [&](const Exchange* call) {
    return !last_id_of(*call).empty() && call->final_message() == nullptr && call->ended();
  });
  if (polls) return not_applicable("the server ends streams early, for clients that come back");
  return inconclusive("the other call was over before the one that notifies was made");
}

bool says_the_same(const StreamEvent& one, const StreamEvent& other) {
  return one.message && one.message->method == other.message->method &&
         one.message->body["params"] == other.message->body["params"];
}

// The kind of the first call, where nothing came on any stream while it ran alone.
std::string silent_kind(const Timeline& timeline) {
  const auto first = std::ranges::find_if(timeline.exchanges, is_tool_call);
  if (first == timeline.exchanges.end() || !first->final_at()) return "";
  for (const Exchange& exchange : timeline.exchanges) {
    if (std::ranges::any_of(exchange.events, [&](const StreamEvent& event) {
          return event.message && event.message->kind == MessageKind::kNotification &&
                 event.at >= first->request_at && event.at <= *first->final_at();
        })) {
      return "";
    }
  }
  return kind_of(*first);
}

// Whether the calls of the session account for all that says the same, each of them for as many as
// came on one call's stream: then each was sent once, and equal words are of other calls. A token
// names the one call that it is of.
bool may_be_of_other_calls(const Timeline& timeline, const Exchange& call,
                           const StreamEvent& notice) {
  if (!notice.message->body["params"]["progressToken"].is_null()) return false;
  const std::string silent = silent_kind(timeline);
  std::size_t senders = 0, most = 0, came = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    if (session_of(exchange) != session_of(call)) continue;
    const auto same = static_cast<std::size_t>(std::ranges::count_if(
        exchange.events, [&](const StreamEvent& event) { return says_the_same(event, notice); }));
    came += same;
    if (!is_tool_call(exchange)) continue;
    most = std::max(most, same);
    senders += kind_of(exchange) == silent ? 0U : 1U;
  }
  return came <= senders * most;
}

// How many notifications of the call came on the other stream as well, each of those for one, while
// the call ran.
std::size_t copies_on(const Timeline& timeline, const Exchange& call, const Exchange& other) {
  const MonoTime until = call.final_at().value_or(call.request_at) + kBroadcast;
  std::vector<const StreamEvent*> left;
  for (const StreamEvent& event : other.events) {
    const bool beside = event.at >= call.request_at && event.at <= until;
    if (beside && event.message) left.push_back(&event);
  }
  std::size_t copies = 0;
  for (const StreamEvent& event : call.events) {
    if (!event.message || event.message->kind != MessageKind::kNotification) continue;
    const auto same = std::ranges::find_if(
        left, [&](const StreamEvent* candidate) { return says_the_same(*candidate, event); });
    if (same == left.end() || may_be_of_other_calls(timeline, call, event)) continue;
    left.erase(same);
    ++copies;
  }
  return copies;
}

// One alone may be said twice, in the same words.
Judgement judge_broadcast(const Evidence& evidence, Rule rule) {
  constexpr std::size_t kNoAccident = 2;
  const Timeline& timeline = evidence.timeline;
  bool listened = false, notified = false;
  for (const Exchange& call : timeline.exchanges) {
    if (!is_tool_call(call) || notices_on(call) < kNoAccident) continue;
    notified = true;
    for (const Exchange& get : timeline.exchanges) {
      const bool streams = listens(get) && get.is_event_stream();
      if (!streams || session_of(get) != session_of(call)) continue;
      listened = true;
      if (copies_on(timeline, call, get) < notices_on(call)) continue;
      Finding finding = finding_of(evidence, "notifications_are_not_broadcast", rule);
      finding.required = "each message is sent on one stream only";
      finding.observed = fmt::format("each of the {} notifications of {} came on {} too",
                                     notices_on(call), describe(call), describe(get));
      finding.likely_cause = "what a session sends goes to every stream that is open";
      finding.cure = "choose one stream for each message";
      finding.evidence = ladder_of(timeline, call, get);
      return broken(finding);
    }
  }
  if (!notified) return not_applicable("no call's stream carried notifications");
  return listened ? held() : not_applicable("the server offers no GET stream");
}

Judgement judge_gives_way(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const Exchange *first = nullptr, *refused = nullptr;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!listens(exchange)) continue;
    if (first == nullptr) {
      if (exchange.is_event_stream()) first = &exchange;
      continue;
    }
    if (!exchange.response || exchange.is_event_stream()) return held();
    if (exchange.response->find("retry-after") != nullptr) continue;
    if (exchange.response->status == kTooMany) continue;
    refused = &exchange;
  }
  if (first == nullptr) return not_applicable("the server offers no GET stream");
  const auto& left = timeline.connection(first->connection)->we_ended;
  if (!left || refused == nullptr) return inconclusive("no second GET was answered");
  if (refused->request_at - left->at < kServed) {
    return inconclusive("a second GET was not tried for long enough");
  }
  Finding finding = finding_of(evidence, "closed_get_gives_way", Rule{});
  finding.level = Level::kShould;
  finding.required = "a listening stream can be opened again when the first was closed";
  finding.observed =
      fmt::format("{} was answered with {}, {} after the first stream had been closed",
                  describe(*refused), refused->response->status,
                  in_millis(refused->request_at - left->at));
  finding.likely_cause = "the session's entry of its listening stream outlives its connection, or "
                         "a proxy in front does not tell the server that its client left";
  finding.cure = "remove the entry when the connection ends, or let the newer stream take over";
  if (refused->response->status != kConflict) {
    finding.likely_cause = "the end of a listening stream ends what its session needs for another";
    finding.cure = "let a session outlive its streams";
  }
  finding.evidence = ladder_of(timeline, *first, *refused);
  mark_gap(finding.evidence, std::to_string(refused->response->status));
  return broken(finding);
}

}  // namespace

Check notifications_come() {
  return {"notifications_come", judge_come};
}

Check notifications_are_as_many() {
  return {"notifications_are_as_many", judge_as_many};
}

Check notifications_keep_to_their_call(Rule rule) {
  return {"notifications_keep_to_their_call",
          [=](const Evidence& evidence) { return judge_kept(evidence, rule); }};
}

Check notifications_are_not_broadcast(Rule rule) {
  return {"notifications_are_not_broadcast",
          [=](const Evidence& evidence) { return judge_broadcast(evidence, rule); }};
}

Check closed_get_gives_way() {
  return {"closed_get_gives_way", judge_gives_way};
}

}  // namespace tailrace
