// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/routing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/judge/body_trouble.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/questions.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

Judgement judge_deleted(const Evidence& evidence, Rule rule) {
  const auto& exchanges = evidence.timeline.exchanges;
  const auto erased = std::find_if(exchanges.begin(), exchanges.end(), [](const Exchange& e) {
    return e.request.method == "DELETE" && e.response;
  });
  if (erased == exchanges.end()) return inconclusive("DELETE was not answered");
  if (!is_success(*erased)) {
    return not_applicable(
        fmt::format("the server answered DELETE with {}: clients may not end "
                    "its sessions",
                    erased->response->status));
  }
  if (erased->response->status == kAccepted) {  // RFC 9110, 15.3.3: it is not done yet.
    return not_applicable("DELETE was accepted with 202, by which the session ends later");
  }
  const std::string session = session_of(*erased);
  const Exchange* served = nullptr;
  std::size_t asked = 0;
  for (auto later = erased + 1; later != exchanges.end(); ++later) {
    if (session_of(*later) != session || !later->response) continue;
    const bool listens = later->request.method == "GET";
    if (listens && later->response->status == kMethodNotAllowed) continue;  // Of any session.
    if (is_refused_for_now(*later)) continue;
    ++asked;
    if (later->response->status != kNotFound && served == nullptr) served = &*later;
  }
  if (asked == 0) return inconclusive("no request of the ended session was answered");
  if (served == nullptr) return held();
  Finding finding = finding_of(evidence, "session_is_gone_after_delete", rule);
  finding.required = "requests of an ended session are answered with 404";
  finding.observed =
      fmt::format("{} was answered with {} after DELETE had been answered with {}",
                  describe(*served), served->response->status, erased->response->status);
  const bool refused = is_refused(*served);
  finding.likely_cause =
      refused ? "the session is gone, and its id is taken for a request that is malformed"
              : "DELETE leaves the session in the session table, or ids are not looked up there";
  finding.cure = refused ? "answer 404: then the client knows to open another session"
                         : "remove the session from the table before DELETE is answered, and "
                           "answer 404 for ids that are not there";
  if (served->response->status >= kFirstServerError) {
    finding.likely_cause = "DELETE leaves the session in the session table, and what serves it is "
                           "gone: what it is sent fails there";
    finding.cure = "remove the session from the table before DELETE is answered";
  }
  if (!refused && served->request.method == "DELETE") {  // Others before it were refused.
    finding.likely_cause = "DELETE is answered whether there is such a session or not";
    finding.cure = "answer 404 where there is none";
  }
  if (!refused && resumes(*served)) {  // The listening GET before it was refused.
    finding.likely_cause = "events are replayed by their id alone, and outlive their session";
    finding.cure = "look the session up first, and drop its events when it ends";
  }
  finding.evidence = ladder_of(evidence.timeline, *erased, *served);
  mark_gap(finding.evidence, std::to_string(served->response->status));
  return broken(finding);
}

// Whether a Result can be that of the method; methods we do not know always fit.
bool fits(const std::string& method, const RpcMessage& message) {
  if (message.kind != MessageKind::kResult) return true;
  const Json& result = message.body["result"];
  const bool lists_tools = result["tools"].is_array();
  if (method == "tools/list") return lists_tools;
  if (method == "server/discover") return result["supportedVersions"].is_array();
  if (method == "ping") return !lists_tools && result.find("content") == nullptr;
  return true;
}

bool is_asked(const Timeline& timeline, const std::optional<RpcId>& id) {
  return std::ranges::any_of(timeline.exchanges, [&](const Exchange& exchange) {
    return exchange.asked && exchange.asked->id == id;
  });
}

// What came where its stream was resumed. Of two with one id in a session it may be either's.
const RpcMessage* resumed_answer(const Timeline& timeline, const Exchange& request) {
  const auto copies = copies_of_answer(timeline, request);
  const auto resumed = std::ranges::find_if(
      copies, [](const Copy& copy) { return copy.on->request.method == "GET"; });
  if (resumed == copies.end()) return nullptr;
  const bool shared = std::ranges::any_of(timeline.exchanges, [&](const Exchange& other) {
    return &other != &request && is_request(other) && other.asked->id == request.asked->id &&
           session_of(other) == session_of(request);
  });
  return shared ? nullptr : resumed->message;
}

Judgement judge_answers(const Evidence& evidence, const std::string& what, Rule rule) {
  std::size_t answered = 0;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    const RpcMessage* final = exchange.final_message();
    if (!exchange.asked || !exchange.asked->id) continue;
    if (final == nullptr) final = resumed_answer(evidence.timeline, exchange);
    if (final == nullptr) continue;
    // An Error may lack the id, or hold null, where the server could not read it.
    if (final->kind == MessageKind::kError && names_nobody(*final)) continue;
    // Nor an id that it made up for a refusal (answers_name_their_request).
    if (is_refused(exchange) && !is_asked(evidence.timeline, final->id)) continue;
    ++answered;
    const bool own_id = final->id == exchange.asked->id;
    if (own_id && fits(exchange.asked->method, *final)) continue;
    Finding finding =
        finding_of(evidence, "answers_reach_their_requests", rule, "harm.answer_to_wrong_caller");
    finding.required = "each request is answered with its own response";
    finding.observed = fmt::format("{} got {} ({})", describe(exchange), describe(*final), what);
    const Reason reason = answered_as_text(exchange).value_or(
        Reason{"responses are routed by the request id alone, or by the connection's previous "
               "request",
               "key the routing table by session and request id, and remove entries when done"});
    finding.likely_cause = reason.likely_cause;
    finding.cure = reason.cure;
    finding.evidence = ladder_of(evidence.timeline, exchange);
    return broken(finding);
  }
  if (answered == 0) return inconclusive("no answer was seen");
  Judgement judgement = held();
  judgement.measurements.push_back({"answers_compared", fmt::format("{}", answered)});
  return judgement;
}

// All of the message may have come: without the end of its body it is none yet.
void blame_open_body(const Exchange& exchange, Finding& finding) {
  const bool open = !exchange.ended() || exchange.end == BodyEnd::kUnseen;
  if (!open || !exchange.response || exchange.is_event_stream() || exchange.body.empty()) return;
  finding.observed += ": the body of its answer began and did not end";
  finding.likely_cause = "the response is not ended after its body was written: no last chunk, or "
                         "fewer bytes than Content-Length announces";
  finding.cure = "end the response where its body is written, also where the handler goes on";
}

// Something came, and no message: its route led back all the same.
void blame_body(const Exchange& exchange, Finding& finding) {
  const auto trouble = body_trouble_of(exchange);
  if (!trouble) return;
  finding.observed += fmt::format(": its answer, {}, {}", exchange.response->status, trouble->what);
  finding.likely_cause = trouble->reason.likely_cause;
  finding.cure = trouble->reason.cure;
}

// No byte came: not the message was lost, but the connection.
void blame_closed_connection(const Exchange& exchange, Finding& finding) {
  const bool closed = exchange.end == BodyEnd::kCut || exchange.end == BodyEnd::kReset;
  if (!closed || exchange.first_byte_at) return;
  finding.observed += ": its connection was closed without a reply";
  finding.likely_cause = "what serves the connection failed, by a panic, a crash or an exception "
                         "that nothing catches, and took the reply with it";
  finding.cure = "answer with an Error where a handler fails, and end a body where its source ends";
}

Judgement judge_answered(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::size_t asked = 0, unfetched = 0, unkept = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.asked->kind != MessageKind::kRequest) continue;
    ++asked;
    if (exchange.final_message() != nullptr) continue;
    if (exchange.response && !is_success(exchange)) continue;  // Refused.
    // Its answer may have come on a stream that resumed its own; a cancelled one needs none.
    if (is_answered(timeline, exchange)) continue;
    if (is_cancelled(timeline, exchange)) continue;
    if (waits_to_be_fetched(timeline, exchange, evidence.revision)) {
      ++unfetched;
      continue;
    }
    // A request that met the server's FIN on a kept connection is the client's to repeat.
    const bool stale = exchange.index > 0 && !exchange.first_byte_at;
    const Connection* const on = timeline.connection(exchange.connection);
    if (exchange.end == BodyEnd::kUnseen && on != nullptr && on->truncated) {
      ++unkept;
      continue;
    }
    if (stale || exchange.end == BodyEnd::kUnseen) {
      const bool waited =
          std::any_of(timeline.deadlines.begin(), timeline.deadlines.end(),
                      [&](const auto& passed) { return passed.at > exchange.request_at; });
      if (!waited) continue;
    }
    Finding finding = finding_of(evidence, "every_request_is_answered", rule, "harm.answer_lost");
    finding.required = "each request gets its response";
    finding.observed = describe(exchange) + " got none";
    finding.likely_cause = "the request's route was dropped, or its handler's end is not noticed";
    finding.cure = "send a Response or an Error for every request before its route goes away";
    blame_broken_event(exchange, finding);
    blame_open_body(exchange, finding);
    blame_body(exchange, finding);
    blame_closed_connection(exchange, finding);
    finding.evidence = ladder_of(timeline, exchange);
    return broken(finding);
  }
  if (unfetched > 0) return inconclusive(std::string(kUnfetched));
  if (unkept > 0) return inconclusive("of an answer more came than is kept of a connection");
  return asked == 0 ? inconclusive("no request was sent") : held();
}

Judgement judge_survival(const Evidence& evidence, Rule rule) {
  const auto& exchanges = evidence.timeline.exchanges;
  const auto failed = std::find_if(exchanges.begin(), exchanges.end(), [](const Exchange& e) {
    return e.final_message() != nullptr && e.final_message()->kind == MessageKind::kError;
  });
  if (failed == exchanges.end()) return not_applicable("no JSON-RPC Error came to look beyond");
  const Exchange* refused = nullptr;
  std::size_t answered = 0;
  for (auto later = failed + 1; later != exchanges.end(); ++later) {
    if (!later->is_post() || !later->response || session_of(*later) != session_of(*failed)) {
      continue;
    }
    ++answered;
    if (later->response->status == kNotFound && refused == nullptr) refused = &*later;
  }
  if (answered == 0) return inconclusive("nothing was answered after the Error");
  if (refused == nullptr) return held();
  Finding finding = finding_of(evidence, "session_survives_error", rule, "harm.session_lost");
  finding.required = "an Error ends its request, not the session";
  finding.observed = fmt::format("{} was answered with 404 after {} got its Error",
                                 describe(*refused), describe(*failed));
  finding.likely_cause = "the failure of one handler tears down the session's transport";
  finding.cure = "answer the request with the Error and keep the session";
  finding.evidence = ladder_of(evidence.timeline, *failed, *refused);
  mark_gap(finding.evidence, std::to_string(kNotFound));
  return broken(finding);
}

// What a requestor counts in: its session; without one, of several clients at one address, what
// one connection carried from an initialize on.
class IdScopes {
 public:
  explicit IdScopes(const Timeline& timeline) : one_client_(had_our_server(timeline)) {}

  std::string of(const Exchange& exchange) {
    const std::string session = session_of(exchange);
    if (!session.empty() || one_client_) return session;
    int& opened = opened_[exchange.connection];
    if (exchange.asked->method == "initialize") ++opened;
    return fmt::format("{} {}", exchange.connection.value, opened);
  }

 private:
  bool one_client_;
  std::map<ConnectionId, int> opened_;
};

Judgement judge_ids(const Evidence& evidence, Rule rule) {
  if (!has_sessions(evidence.revision)) {
    return not_applicable("where there are no sessions, the id of an answered request is free");
  }
  std::map<std::pair<std::string, std::string>, const Exchange*> seen;
  IdScopes scopes(evidence.timeline);
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!exchange.asked || exchange.asked->kind != MessageKind::kRequest) continue;
    if (!exchange.asked->id) continue;
    const auto [first, is_new] =
        seen.try_emplace({scopes.of(exchange), exchange.asked->id->text}, &exchange);
    if (is_new) continue;
    Finding finding = finding_of(evidence, "request_ids_are_unique", rule);
    finding.required = "a requestor uses each request id once in a session";
    finding.observed =
        fmt::format("{} reused the id of {}", describe(exchange), describe(*first->second));
    finding.likely_cause = "the id counter is kept per call or per connection, not per session";
    finding.cure = "count request ids in the session";
    const bool was_answered =
        first->second->final_at() && *first->second->final_at() < exchange.request_at;
    const bool is_same = to_text(exchange.asked->body) == to_text(first->second->asked->body);
    if (is_same && !was_answered) {
      finding.likely_cause = kSentAgain.likely_cause;
      finding.cure = kSentAgain.cure;
    }
    finding.evidence = ladder_of(evidence.timeline, *first->second, exchange);
    mark_gap(finding.evidence, "POST");
    return broken(finding);
  }
  if (seen.size() < 2) return inconclusive("fewer than two requests were seen");
  return held();
}

// On the streams of two requests of ours: a replay, or a GET that comes back, repeats what it had.
Judgement judge_question_ids(const Evidence& evidence, Rule rule) {
  std::map<std::pair<std::string, std::string>, const Exchange*> seen;
  for (const Exchange& exchange : evidence.timeline.exchanges) {
    if (!is_request(exchange) || session_of(exchange).empty()) continue;
    for (const RpcMessage* question : questions_on(exchange)) {
      const auto [first, is_new] =
          seen.try_emplace({session_of(exchange), question->id->text}, &exchange);
      if (is_new || first->second == &exchange) continue;
      Finding finding = finding_of(evidence, "question_ids_are_unique", rule);
      finding.required = "a requestor uses each request id once in a session";
      finding.observed = fmt::format("{} came on the stream of {}, and its id on that of {} before",
                                     describe(*question), describe(exchange),
                                     describe(*first->second));
      finding.likely_cause = "the id counter is kept per call or per stream, not per session";
      finding.cure = "count request ids in the session";
      finding.evidence = ladder_of(evidence.timeline, *first->second, exchange);
      return broken(finding);
    }
  }
  if (seen.size() < 2) return not_applicable("the server asked no two questions in a session");
  return held();
}

}  // namespace

Check session_is_gone_after_delete(Rule rule) {
  return {"session_is_gone_after_delete",
          [=](const Evidence& evidence) { return judge_deleted(evidence, rule); }};
}

Check answers_reach_their_requests(std::string what, Rule rule) {
  return {"answers_reach_their_requests",
          [=](const Evidence& evidence) { return judge_answers(evidence, what, rule); }};
}

Check every_request_is_answered(Rule rule) {
  return {"every_request_is_answered",
          [=](const Evidence& evidence) { return judge_answered(evidence, rule); }};
}

Check session_survives_error(Rule rule) {
  return {"session_survives_error",
          [=](const Evidence& evidence) { return judge_survival(evidence, rule); }};
}

Check request_ids_are_unique(Rule rule) {
  return {"request_ids_are_unique",
          [=](const Evidence& evidence) { return judge_ids(evidence, rule); }};
}

Check question_ids_are_unique(Rule rule) {
  return {"question_ids_are_unique",
          [=](const Evidence& evidence) { return judge_question_ids(evidence, rule); }};
}

}  // namespace tailrace
