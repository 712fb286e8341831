// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/client_requests.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "harness/judge/client_laws.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/questions.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

constexpr std::string_view kSession = "mcp-session-id";

// How often the server asked under this id.
std::size_t times_asked(const Timeline& timeline, const std::optional<RpcId>& id) {
  std::size_t times = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    times += static_cast<std::size_t>(
        std::ranges::count_if(questions_on(exchange), [&](const RpcMessage* question) {
          return question->id == id;
        }));
  }
  return times;
}

// The POST of the response that is meant for the ping: one with its id, else one whose id no other
// request of ours explains.
const Exchange* answer_to(const Timeline& timeline, const RpcMessage& ping, MonoTime at) {
  const Exchange* other = nullptr;
  for (const Exchange& exchange : timeline.exchanges) {
    const bool response = exchange.asked && exchange.asked->is_response();
    if (!response || exchange.request_at < at) continue;
    if (exchange.asked->id == ping.id) return &exchange;
    const bool strays = !exchange.asked->id || times_asked(timeline, exchange.asked->id) == 0;
    if (strays && other == nullptr) other = &exchange;
  }
  return other;
}

// More responses with its id were taken than it was asked.
bool is_answered_again(const Timeline& timeline, const RpcMessage& ping) {
  const auto taken = std::ranges::count_if(timeline.exchanges, [&](const Exchange& exchange) {
    const bool response = exchange.asked && exchange.asked->is_response();
    return response && exchange.asked->id == ping.id && is_success(exchange);
  });
  return static_cast<std::size_t>(taken) > times_asked(timeline, ping.id);
}

// What is wrong with that answer; "" where nothing is.
std::string wrong_answer(const RpcMessage* answer, const RpcMessage& ping) {
  if (answer == nullptr) return "was never answered";
  if (answer->id != ping.id) {
    return fmt::format("was answered under another id, by {}", describe(*answer));
  }
  if (answer->kind == MessageKind::kError) return "was answered by " + describe(*answer);
  return answer->body["result"].is_object() ? "" : "was answered by a result that is no object";
}

// Why a client's answers look like that, and what helps.
std::pair<std::string_view, std::string_view> cause_of(const RpcMessage* answer,
                                                       const RpcMessage& ping) {
  if (answer == nullptr) {
    return {"requests of the server are dropped while a response is awaited; or their answers wait "
            "for the one connection that the stream holds",
            "handle each message of a stream by its kind, not only the response, and answer on a "
            "connection beside it"};
  }
  if (answer->id != ping.id) {
    return {"the id is kept as text, or made anew", "give the id back as it came, of its own type"};
  }
  return {"ping is taken for a method like any other", "answer ping with an empty object"};
}

// The response waited for the answer for so long that a tool which asks would have given up, and
// the answer came when the stream was over. "" where it was not so.
std::string answered_behind(const Exchange& exchange, const StreamEvent& ping,
                            const Exchange& answer) {
  const auto final_at = exchange.final_at();
  if (!final_at || *final_at - ping.at < kServed || answer.request_at <= *final_at) return "";
  return fmt::format("was answered after {}, when the response of the call had come",
                     in_millis(answer.request_at - ping.at));
}

// It left the stream, and was not seen any more where it might have answered; or the call was over.
bool went_then(const Timeline& timeline, const Exchange& exchange, const StreamEvent& ping) {
  if (exchange.final_at() && *exchange.final_at() < ping.at) return true;
  const auto& left = timeline.connection(exchange.connection)->peer_ended;
  if (!left || left->at - ping.at >= kServed) return false;
  return std::ranges::none_of(timeline.exchanges, [&](const Exchange& later) {
    return later.request_at - ping.at >= kServed;
  });
}

Judgement judge_pings(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::size_t answered = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    for (const StreamEvent& event : exchange.events) {
      if (!event.message || event.message->method != "ping") continue;
      const Exchange* const post = answer_to(timeline, *event.message, event.at);
      const RpcMessage* const answer = post == nullptr ? nullptr : &*post->asked;
      std::string wrong = wrong_answer(answer, *event.message);
      const bool again = wrong.empty() && is_answered_again(timeline, *event.message);
      if (again) wrong = "was answered again when it had its answer";
      const bool in_order = wrong.empty();  // So there is one.
      if (in_order) wrong = answered_behind(exchange, event, *post);
      const bool late = in_order && !wrong.empty();
      if (wrong.empty()) {
        ++answered;
        continue;
      }
      if (answer == nullptr && went_then(timeline, exchange, event)) continue;
      if ((answer == nullptr || late) && !watched_for(timeline, event.at, kServed)) {
        return inconclusive(fmt::format("the client had less than {} s to answer a ping",
                                        kServed.count() / 1000));
      }
      Finding finding = finding_of(evidence, "server_pings_are_answered", rule);
      finding.required = "a ping on an event stream is answered, by a POST of its own";
      finding.observed = fmt::format("the ping {} on {} {}", event.message->id->text,
                                     describe(exchange), wrong);
      std::tie(finding.likely_cause, finding.cure) = cause_of(answer, *event.message);
      if (again) {
        finding.likely_cause = "two places answer a request of the server, or an answer that was "
                               "accepted is sent once more";
        finding.cure = "answer each request once";
      }
      if (late) {
        finding.likely_cause = "what a stream brings is handled when its response was read, or by "
                               "the task that waits for the response";
        finding.cure = "answer requests of the server while the call waits: a tool that asks waits "
                       "for the answer";
      }
      finding.evidence = ladder_of(timeline, exchange);
      return broken(finding);
    }
  }
  return answered == 0 ? inconclusive("no ping was sent on a stream") : held();
}

Judgement judge_responses(const Evidence& evidence, Rule asked, Rule notice) {
  const Timeline& timeline = evidence.timeline;
  bool any = false;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.is_post() || !exchange.asked) continue;
    any = true;
    if (!exchange.asked->is_response() || times_asked(timeline, exchange.asked->id) > 0) continue;
    const bool nameless = names_nobody(*exchange.asked);
    Finding finding =
        finding_of(evidence, "responses_were_asked_for", nameless ? notice : asked);
    finding.required = "a response answers a request, and a notification gets none";
    finding.observed = fmt::format("the client sent {}, and nothing had asked for it",
                                   describe(*exchange.asked));
    finding.likely_cause = nameless ? "whatever comes on a stream is answered, also what has no id"
                                    : "the id is kept as text, or made anew";
    finding.cure = nameless ? "answer what has an id, and drop notifications that are not known"
                            : "give the id back as it came, of its own type";
    finding.evidence = ladder_of(timeline, exchange);
    return broken(finding);
  }
  return any ? held() : inconclusive("the client sent no message");
}

// Sent when the 404 was on its way: of a script's calls each waits for the one before, and only a
// notification may be sent beside them; of other clients' traffic nothing is known.
bool may_have_crossed(const Timeline& timeline, const Exchange& lost, const Exchange& later) {
  return later.connection != lost.connection && later.request_at < *lost.ended_at + kCrossing &&
         !(is_request(later) && had_our_server(timeline));
}

Judgement judge_lost(const Evidence& evidence, Rule rule) {
  const auto& exchanges = evidence.timeline.exchanges;
  const auto lost = std::find_if(exchanges.begin(), exchanges.end(), [](const Exchange& e) {
    return e.is_post() && e.response && e.response->status == kNotFound && e.ended() &&
           !header_of(e, kSession).empty();
  });
  if (lost == exchanges.end()) return not_applicable("no request of a session was answered by 404");
  bool opened = false;
  for (const Exchange& later : exchanges) {
    const bool after = later.id > lost->id && later.request_at >= *lost->ended_at;
    if (!later.is_post() || !after) continue;
    if (may_have_crossed(evidence.timeline, *lost, later)) continue;
    const bool anew = later.asked && later.asked->method == "initialize";
    const std::string named = header_of(later, kSession);
    const bool bare = named.empty() && is_request(later) && !anew && !opened && !is_probe(later);
    if (named != header_of(*lost, kSession) && !bare) {
      opened |= anew;
      continue;
    }
    Finding finding = finding_of(evidence, "starts_anew_after_404", rule);
    finding.required = "after 404 a client begins a new session by initialize, without the old id";
    finding.observed = describe(later) + (bare ? " followed the 404 without an initialize"
                                               : " carried the id of the lost session");
    finding.likely_cause = "404 is told to the one call, and the session's id is kept";
    finding.cure = "forget the session on 404 and initialize before the next request";
    finding.evidence = ladder_of(evidence.timeline, *lost, later);
    mark_gap(finding.evidence, "POST");
    return broken(finding);
  }
  return opened ? held() : not_applicable("the client asked for nothing more after the 404");
}

}  // namespace

Check server_pings_are_answered(Rule rule) {
  return {"server_pings_are_answered",
          [=](const Evidence& evidence) { return judge_pings(evidence, rule); }};
}

Check responses_were_asked_for(Rule asked, Rule notice) {
  return {"responses_were_asked_for", [=](const Evidence& evidence) {
            return judge_responses(evidence, asked, notice);
          }};
}

Check starts_anew_after_404(Rule rule) {
  return {"starts_anew_after_404",
          [=](const Evidence& evidence) { return judge_lost(evidence, rule); }};
}

}  // namespace tailrace
