// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/service.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

constexpr std::string_view kInitialize = "initialize";

// Long enough to say that no answer comes, with a timer of ours that kept time.
bool was_watched(const Timeline& timeline, const Exchange& exchange, Millis length) {
  return watched_for(timeline, exchange.request_at, length);
}

// 404 says that the request's session is gone (SH-SESS-08), whatever stands in its body.
bool lost_its_session(const Exchange& exchange) {
  return exchange.response && exchange.response->status == kNotFound &&
         !session_of(exchange).empty();
}

// Answered, and in time: what a block lets go of in the end was blocked all the same.
bool was_served(const Timeline& timeline, const Exchange& exchange) {
  if (lost_its_session(exchange)) return false;
  if (answered_as_text(exchange)) return true;  // Another check tells of that.
  const auto at = exchange.final_at();
  if (own_answer(exchange) && at && *at - exchange.request_at <= kServed) return true;
  const auto copies = copies_of_answer(timeline, exchange);
  return std::any_of(copies.begin(), copies.end(), [&](const Copy& copy) {
    return copy.at - exchange.request_at <= kServed || !was_watched(timeline, exchange, kServed);
  });
}

Finding not_served(const Evidence& evidence, const Exchange& exchange, const std::string& after,
                   Rule rule) {
  const bool refused = exchange.response && !is_success(exchange);
  Finding finding = finding_of(evidence, "still_serves", rule,
                               refused ? "harm.request_refused" : "harm.answer_lost");
  finding.required = "the server serves valid requests after " + after;
  finding.observed =
      refused ? fmt::format("{} was answered with {} after {}", describe(exchange),
                            exchange.response->status, after)
              : fmt::format("{} got no answer within {} s after {}", describe(exchange),
                            kServed.count() / 1000, after);
  finding.likely_cause = "what concerns one request or one client is kept with the session or the "
                         "process, or holds its lock";
  finding.cure = "end what belongs to the one stream, and nothing else";
  const bool in_order = exchange.end == BodyEnd::kComplete;
  if (!refused && (in_order || !answers_calls(evidence.timeline))) {  // With or without that.
    finding.likely_cause = in_order ? "the stream is ended by another path than the response's"
                                    : "responses are dropped, whatever came before";
    finding.cure = "send a Response or an Error for every request before its route goes away";
  }
  blame_broken_event(exchange, finding);
  finding.evidence = ladder_of(evidence.timeline, exchange);
  if (refused) mark_gap(finding.evidence, std::to_string(exchange.response->status));
  return finding;
}

Judgement judge_serves(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  const auto* mark = afterwards(timeline);
  if (mark == nullptr) return inconclusive("the script did not come so far");
  std::size_t served = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!is_request(exchange) || exchange.request_at < mark->at) continue;
    if (was_served(timeline, exchange)) {
      ++served;
      continue;
    }
    if (is_cancelled(timeline, exchange)) continue;
    if (is_refused_for_now(exchange)) {
      return inconclusive(fmt::format("the server refused a request for now, with {}",
                                      exchange.response->status));
    }
    if (waits_to_be_fetched(timeline, exchange, evidence.revision)) {
      return inconclusive(std::string(kUnfetched));
    }
    const bool stale = exchange.index > 0 && !exchange.first_byte_at && exchange.ended();
    if (stale) continue;  // It met the server's FIN on a kept connection.
    const bool over = exchange.ended() && exchange.end != BodyEnd::kUnseen;
    if (!over && !was_watched(timeline, exchange, kServed)) {
      return inconclusive("the answer of a request was not awaited for long enough");
    }
    return broken(not_served(evidence, exchange, mark->what.value, rule));
  }
  return served == 0 ? inconclusive("no request was sent afterwards") : held();
}

Judgement judge_equal_ids(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  std::set<std::pair<std::string, std::string>> seen;
  const auto twice = [&](const Exchange& request) {
    return std::count_if(timeline.exchanges.begin(), timeline.exchanges.end(), [&](const auto& e) {
      return is_request(e) && e.asked->id == request.asked->id &&
             session_of(e) == session_of(request);
    }) > 1;
  };
  std::size_t judged = 0;
  Judgement judgement = held();
  for (const Exchange& request : timeline.exchanges) {
    if (!is_request(request) || !twice(request)) continue;
    ++judged;
    if (request.ended() && request.end != BodyEnd::kUnseen) continue;
    if (request.final_message() != nullptr) continue;
    if (!was_watched(timeline, request, kServed)) {
      return inconclusive("a request was not watched for long enough");
    }
    Finding finding = finding_of(evidence, "equal_id_does_not_hang", Rule{});
    // The id is illegal from us, and no text says what becomes of the two (AMB-25).
    finding.level = Level::kNote;
    finding.required = "of two requests with one id in flight, each is refused or answered";
    finding.observed = describe(request) + " got neither an answer nor an end";
    finding.likely_cause = "the second request takes the first one's place in the routing table";
    finding.cure = "refuse an id that is in flight, or give each request a route of its own";
    finding.evidence = ladder_of(timeline, request);
    judgement.findings.push_back(std::move(finding));
  }
  return judged == 0 ? inconclusive("no id was used twice") : judgement;
}

bool was_refused(const Exchange& initialize) {
  const RpcMessage* final = initialize.final_message();
  if (final != nullptr) return final->kind == MessageKind::kError;
  return initialize.response && !is_success(initialize);
}

Judgement judge_refused_initialize(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  std::size_t refused = 0;
  for (const Exchange& initialize : timeline.exchanges) {
    if (!initialize.asked || initialize.asked->method != kInitialize) continue;
    if (!was_refused(initialize)) continue;
    ++refused;
    const std::string session = session_of(initialize);
    if (session.empty()) continue;
    const auto served = std::find_if(
        timeline.exchanges.begin(), timeline.exchanges.end(), [&](const Exchange& later) {
          return later.request_at > initialize.request_at && session_of(later) == session &&
                 later.asked && later.asked->method != kInitialize && is_success(later);
        });
    if (served == timeline.exchanges.end()) continue;
    Finding finding = finding_of(evidence, "refused_initialize_opens_no_session", Rule{});
    finding.level = Level::kShould;  // No text forbids it; what it opens, nobody will ever end.
    finding.required = "an initialize that is refused leaves no session";
    finding.observed = fmt::format("{} was refused with a session id, which serves {}",
                                   describe(initialize), describe(*served));
    finding.likely_cause = "the session is made before the request is looked at";
    finding.cure = "remove the session where initialize is refused, and send no id";
    finding.evidence = ladder_of(timeline, initialize, *served);
    return broken(finding);
  }
  return refused == 0 ? not_applicable("no initialize was refused") : held();
}

Judgement judge_other_revision(const Evidence& evidence, Rule rule) {
  std::size_t judged = 0;
  for (const Exchange& initialize : evidence.timeline.exchanges) {
    if (!initialize.asked || initialize.asked->method != kInitialize) continue;
    const RpcMessage* final = initialize.final_message();
    const std::string& offered = initialize.asked->body["params"]["protocolVersion"].as_string();
    const bool result = final != nullptr && final->kind == MessageKind::kResult;
    if (!result || offered != kNobodysRevision) continue;
    ++judged;
    const std::string& named = final->body["result"]["protocolVersion"].as_string();
    if (!named.empty() && named != offered) continue;
    Finding finding = finding_of(evidence, "offers_other_revision", rule);
    finding.required = "offered a revision it does not speak, the server names one that it speaks";
    finding.observed = fmt::format("{} offered {} and got '{}'", describe(initialize), offered,
                                   named.substr(0, 40));
    finding.likely_cause = "the offered revision is echoed without a look";
    finding.cure = "answer with the newest revision the server speaks";
    finding.evidence = ladder_of(evidence.timeline, initialize);
    return broken(finding);
  }
  if (judged > 0) return held();
  return not_applicable("the server refuses to talk about a revision that it does not speak");
}

// Sessions may be limited; those that were ended are no longer there.
bool opens_beside_others(const Timeline& timeline, const Exchange& exchange) {
  if (exchange.asked->method != kInitialize) return false;
  std::size_t opened = 0, ended = 0;
  for (const Exchange& other : timeline.exchanges) {
    if (other.request_at >= exchange.request_at || !is_success(other)) continue;
    opened += other.asked && other.asked->method == kInitialize;
    ended += other.request.method == "DELETE";
  }
  return opened > ended + 1;
}

// One call may meet a restart. A refused initialize ends the script, so it stands for others.
Judgement judge_lasting(const Evidence& evidence) {
  constexpr std::size_t kOften = 10, kNoAccident = 3;
  const Timeline& timeline = evidence.timeline;
  std::map<std::string, std::size_t> served;
  std::size_t asked = 0, refused = 0;
  const Exchange* first = nullptr;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!is_request(exchange) || !exchange.response) continue;
    ++asked;
    std::size_t& times = served[kind_of(exchange)];
    times += is_success(exchange);
    const bool fails = exchange.response->status >= kFirstServerError &&
                       exchange.response->find("retry-after") == nullptr;
    if (!fails || times < kOften || opens_beside_others(timeline, exchange)) continue;
    refused += exchange.asked->method == kInitialize ? kNoAccident : 1;
    if (first == nullptr) first = &exchange;
  }
  if (refused < kNoAccident) return held();
  Finding finding =
      finding_of(evidence, "goes_on_serving", Rule{}, "harm.request_refused");
  finding.required = "a request that was served many times is served again";
  finding.observed = fmt::format("{} was answered with {} after {} like it had been served",
                                 describe(*first), first->response->status,
                                 served[kind_of(*first)]);
  if (first->asked->method != kInitialize) {
    finding.observed += fmt::format("; {} of {} requests were refused so", refused, asked);
  }
  finding.likely_cause = "a table with a bound fills up: what was kept for a request stays when "
                         "the request is done";
  finding.cure = "remove the entry where the response is sent";
  finding.evidence = ladder_of(timeline, *first);
  mark_gap(finding.evidence, std::to_string(first->response->status));
  return broken(finding);
}

}  // namespace

std::string kind_of(const Exchange& request) {
  return request.asked->method + " " + request.asked->body["params"]["name"].as_string();
}

const At<Marked>* afterwards(const Timeline& timeline) {
  const auto mark = std::ranges::find_if(
      timeline.marks, [](const auto& one) { return one.what.name == kMarkAfterwards; });
  return mark == timeline.marks.end() ? nullptr : &*mark;
}

bool watched_for(const Timeline& timeline, MonoTime since, Millis length) {
  if (*timeline.last - since < length) return false;
  if (!overslept_after(timeline, since)) return true;
  return std::ranges::any_of(timeline.windows, [&](const auto& window) {
    return lasted(window.what, length) && window.at - since >= length;
  });
}

std::optional<Nanos> silent_for(const Timeline& timeline, const Exchange& exchange) {
  const bool ended = exchange.ended() && exchange.end != BodyEnd::kUnseen;
  if (exchange.response || ended) return std::nullopt;
  if (!watched_for(timeline, exchange.request_at, kServed)) return std::nullopt;
  const MonoTime until = std::min(*timeline.last, exchange.ended_at.value_or(*timeline.last));
  const Nanos waited = until - exchange.request_at;
  return waited < kServed ? std::nullopt : std::optional(waited);
}

bool overslept_after(const Timeline& timeline, MonoTime at) {
  return std::ranges::any_of(timeline.windows, [&](const auto& window) {
    return window.at > at && !kept_time(window.what);
  });
}

Check still_serves(Rule rule) {
  return {"still_serves", [=](const Evidence& evidence) { return judge_serves(evidence, rule); }};
}

Check goes_on_serving() {
  return {"goes_on_serving", judge_lasting};
}

Check equal_id_does_not_hang() {
  return {"equal_id_does_not_hang", judge_equal_ids};
}

Check refused_initialize_opens_no_session() {
  return {"refused_initialize_opens_no_session", judge_refused_initialize};
}

Check offers_other_revision(Rule rule) {
  return {"offers_other_revision",
          [=](const Evidence& evidence) { return judge_other_revision(evidence, rule); }};
}

}  // namespace tailrace
