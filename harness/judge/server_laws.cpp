// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/server_laws.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "harness/judge/body_trouble.h"
#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;
constexpr std::string_view kInitialize = "initialize";

std::string type_of(const Exchange& exchange) {
  const std::string* value = exchange.response->find("content-type");
  if (value == nullptr) return "";
  return lower_case(trimmed(std::string_view(*value).substr(0, value->find(';'))));
}

bool is_notice(const Exchange& exchange) {
  const bool notification =
      exchange.asked && exchange.asked->kind == MessageKind::kNotification;
  return notification && exchange.response.has_value();
}

// What has no answer, and is accepted; "" for other messages.
std::string_view word_for(const Exchange& exchange) {
  if (!exchange.asked) return "";
  if (exchange.asked->kind == MessageKind::kNotification) return "notification";
  return exchange.asked->is_response() ? "response" : "";
}

Look json_or_events(const Evidence&, const Exchange& exchange) {
  if (!is_request(exchange) || !exchange.response) return std::nullopt;
  const int status = exchange.response->status;
  if (status == kAccepted) return "a request got 202, as if it were a notification";
  // A refusal may come without a message, and then in any form.
  if (status >= kFirstError && exchange.final_message() == nullptr) return std::nullopt;
  const std::string type = type_of(exchange);
  if (type == "application/json" || type == "text/event-stream") return "";
  return type.empty() ? "the reply has no Content-Type" : "the reply is " + excerpt(type, kExcerpt);
}

std::optional<Reason> taken_for_notice(const Exchange& exchange) {
  if (!exchange.response || exchange.response->status != kAccepted) return std::nullopt;
  return Reason{"the request is taken for a notification, or its answer is lost and the reply to a "
                "notification is what is left",
                "answer whatever has an id"};
}

Look unanswered_notice(const Timeline& timeline, const Exchange& exchange) {
  const std::string_view word = word_for(exchange);
  const auto waited = silent_for(timeline, exchange);
  if (word.empty() || !waited) return std::nullopt;
  return fmt::format("a {} had no answer after {}", word, in_millis(*waited));
}

Look accepted(const Evidence& evidence, const Exchange& exchange) {
  if (!exchange.response) return unanswered_notice(evidence.timeline, exchange);
  const std::string_view word = word_for(exchange);
  if (word.empty() || !is_success(exchange)) return std::nullopt;
  const int status = exchange.response->status;
  if (status != kAccepted) return fmt::format("a {} got {}, not 202", word, status);
  const bool bare = exchange.body.empty() && exchange.events.empty();
  if (!bare) return fmt::format("the 202 for a {} has a body", word);
  if (exchange.ended() && exchange.end != BodyEnd::kUnseen) return "";
  const MonoTime seen = exchange.ended_at.value_or(*evidence.timeline.last);
  const bool open = seen - *exchange.head_at >= kLeftOpen;
  return open ? fmt::format("the 202 for a {} had not ended after 5 s", word) : "";
}

std::optional<Reason> accepted_otherwise(const Exchange& exchange) {
  if (!exchange.response) {
    return Reason{"the head with the status is set, and nobody sends it: what takes a notification "
                  "has no answer to wait for, and ends no response",
                  "end the response with 202 where the notification was taken"};
  }
  if (exchange.response->status != kAccepted) return std::nullopt;
  if (exchange.body.empty() && exchange.events.empty()) {
    return Reason{"a reply without a body is never ended", "end it where its head is written"};
  }
  return Reason{"a reply that says nothing is written as JSON or as text",
                "answer 202, and send nothing"};
}

// Broken notifications, and responses to nothing: what the script sends to be refused.
bool is_refusable(const Exchange& exchange) {
  if (!exchange.asked || !exchange.response || !exchange.is_post()) return false;
  const bool broken = exchange.asked->kind == MessageKind::kInvalid && !exchange.asked->id;
  return broken || exchange.asked->is_response();
}

Look refused(const Evidence&, const Exchange& exchange) {
  if (!is_refusable(exchange)) return std::nullopt;
  const int status = exchange.response->status;
  if (status == kAccepted || status >= kFirstError) return "";
  // An invalid request is answered so in the examples of JSON-RPC 2.0 (section 7).
  const RpcMessage* said = exchange.asked->is_response() ? nullptr : exchange.final_message();
  if (said != nullptr && said->kind == MessageKind::kError) return "";
  return fmt::format("what is no request got {}", status);
}

// Its connection was closed instead, though nothing was on it before, or it stayed silent.
Look unanswered_text(const Timeline& timeline, const Exchange& exchange) {
  const bool closed = exchange.end == BodyEnd::kCut || exchange.end == BodyEnd::kReset;
  if (closed && exchange.index > 0) return std::nullopt;
  if (closed) return "text that is no JSON got no reply: its connection was closed";
  const auto waited = silent_for(timeline, exchange);
  if (!waited) return std::nullopt;
  return "text that is no JSON had no answer after " + in_millis(*waited);
}

// It may have been a request: who cannot read it owes an Error, or an error status, and has not
// taken it for a notification.
Look unreadable(const Evidence& evidence, const Exchange& exchange) {
  if (!exchange.is_post() || !exchange.asked) return std::nullopt;
  const bool is_json = !exchange.asked->body.is_null() || !exchange.asked->batch.empty();
  if (is_json || exchange.request_body.empty()) return std::nullopt;
  if (!exchange.response) return unanswered_text(evidence.timeline, exchange);
  if (exchange.response->status >= kFirstError) return "";
  if (exchange.end != BodyEnd::kComplete) return std::nullopt;
  const auto told = messages_of(evidence.timeline, exchange);
  const bool refused = std::ranges::any_of(
      told, [](const RpcMessage* message) { return message->kind == MessageKind::kError; });
  if (refused) return "";
  return fmt::format("text that is no JSON got {} and no Error", exchange.response->status);
}

Look no_response(const Evidence& evidence, const Exchange& exchange) {
  if (!is_notice(exchange)) return std::nullopt;
  for (const RpcMessage* message : messages_of(evidence.timeline, exchange)) {
    // An Error without an id may say why it was refused.
    const bool explains =
        message->kind == MessageKind::kError && exchange.response->status >= kFirstError;
    if (message->is_response() && !explains) return "the notification got " + describe(*message);
    if (message->body.find("result") != nullptr) return "the notification got a result";
  }
  return "";
}

// The listening GET of the endpoint that messages are POSTed to.
bool listens_here(const Evidence& evidence, const Exchange& exchange) {
  return listens(exchange) && !is_elsewhere(evidence.timeline, exchange);
}

Look get_served(const Evidence& evidence, const Exchange& exchange) {
  if (!listens_here(evidence, exchange) || !exchange.response) return std::nullopt;
  return exchange.response->status == kNotFound ? "GET got 404 where POST is served" : "";
}

// Refusals for want of a right, of the session or of room have rules of their own.
Look get_answered(const Evidence& evidence, const Exchange& exchange) {
  constexpr std::array kOfOtherRules = {401, 403, kNotFound, kMethodNotAllowed, 409, 429};
  if (!listens_here(evidence, exchange) || !exchange.response) return std::nullopt;
  if (session_of(exchange).empty()) return std::nullopt;
  const int status = exchange.response->status;
  const bool other = std::ranges::find(kOfOtherRules, status) != kOfOtherRules.end();
  if (other || (status >= 500 && status != 501)) return "";
  if (is_success(exchange) && exchange.is_event_stream()) return "";
  return fmt::format("GET got {}{} with the id of a session", status,
                     is_success(exchange) ? " and no event stream" : "");
}

Look get_without_response(const Evidence& evidence, const Exchange& exchange) {
  if (!listens_here(evidence, exchange) || !exchange.is_event_stream()) return std::nullopt;
  const RpcMessage* final = exchange.final_message();
  return final == nullptr ? "" : describe(*final) + " came on a stream that resumes nothing";
}

Look names_allowed(const Evidence&, const Exchange& exchange) {
  if (!exchange.response || exchange.response->status != kMethodNotAllowed) return std::nullopt;
  return exchange.response->find("allow") != nullptr ? "" : "the 405 has no Allow";
}

Look no_chunks(const Evidence&, const Exchange& exchange) {
  if (exchange.request.minor_version > 0 || !exchange.response) return std::nullopt;
  const bool coded = exchange.response->find("transfer-encoding") != nullptr;
  return coded ? "a request of HTTP/1.0 got a body with Transfer-Encoding" : "";
}

// The session's id as an event id names nothing to resume from, which is legal.
bool has_own_id(const Exchange& exchange, const StreamEvent& event) {
  return event.has_id() && *event.sse.id != session_of(exchange);
}

bool uses_ids(const Timeline& timeline) {
  return std::any_of(timeline.exchanges.begin(), timeline.exchanges.end(), [](const auto& e) {
    return std::any_of(e.events.begin(), e.events.end(),
                       [&](const StreamEvent& event) { return has_own_id(e, event); });
  });
}

Look primed(const Evidence& evidence, const Exchange& exchange) {
  const bool of_call = is_request(exchange) && exchange.asked->method != kInitialize;
  // A block of `retry` alone is no event that a client would see.
  const auto first = std::ranges::find_if(exchange.events, [](const StreamEvent& event) {
    return event.has_id() || !event.sse.data.empty();
  });
  const bool shows = of_call && first != exchange.events.end() && uses_ids(evidence.timeline);
  if (!shows) return std::nullopt;
  return first->sse.is_priming()
             ? ""
             : "the first event is not one with an id and without data";
}

// On a resumed stream: what is replayed keeps its id, and what is new gets another. An event
// without data only names where its stream has come to.
Look unique_ids_on_resume(const Evidence& evidence, const Exchange& resumed) {
  Look look;
  for (const StreamEvent& event : resumed.events) {
    if (!has_own_id(resumed, event) || !event.message) continue;
    look = look.value_or("");
    for (const Exchange& other : evidence.timeline.exchanges) {
      if (other.id >= resumed.id || session_of(other) != session_of(resumed)) continue;
      const auto before = std::ranges::find_if(
          other.events, [&](const StreamEvent& given) { return given.sse.id == event.sse.id; });
      if (before == other.events.end()) continue;
      if (before->message && before->message->body == event.message->body) continue;
      return fmt::format("the event id {} had been given before, to another event on stream {}",
                         excerpt(*event.sse.id, kExcerpt), other.id.value);
    }
  }
  return look;
}

Look unique_ids(const Evidence& evidence, const Exchange& exchange) {
  if (resumes(exchange)) return unique_ids_on_resume(evidence, exchange);
  Look look;
  std::map<std::string, StreamId> seen;
  const std::string session = session_of(exchange);
  for (const Exchange& other : evidence.timeline.exchanges) {
    if (other.id > exchange.id || resumes(other) || session_of(other) != session) continue;
    for (const StreamEvent& event : other.events) {
      // A block without a data line is no event: it tells the position once more.
      if (!has_own_id(other, event) || !event.sse.dispatched) continue;
      const auto [at, fresh] = seen.emplace(*event.sse.id, other.id);
      if (other.id == exchange.id) look = look.value_or("");
      if (fresh || other.id != exchange.id) continue;
      return fmt::format("the event id {} had been given before, on stream {}",
                         excerpt(*event.sse.id, kExcerpt), at->second.value);
    }
  }
  return look;
}

bool ends_unanswered(const Timeline& timeline, const Exchange& exchange) {
  return is_request(exchange) && exchange.is_event_stream() &&
         exchange.end == BodyEnd::kComplete && !is_cancelled(timeline, exchange);
}

Look brings_response(const Evidence& evidence, const Exchange& exchange) {
  if (!ends_unanswered(evidence.timeline, exchange)) return std::nullopt;
  if (is_answered(evidence.timeline, exchange) || answered_as_text(exchange)) return "";
  if (refused_nameless(exchange)) return "it brought an Error that names no request, and ended";
  const auto& all = evidence.timeline.exchanges;
  const bool asked_again = std::any_of(all.begin(), all.end(), resumes);
  // It is not over while it can be resumed, and nobody tried.
  if (!last_id_of(exchange).empty() && !asked_again) return std::nullopt;
  return "the stream ended in order and without a response";
}

std::optional<Reason> ended_without(const Exchange& exchange) {
  const auto nameless = refused_nameless(exchange);
  return nameless ? nameless : broken_event_reason(exchange);
}

Look tells_retry(const Evidence& evidence, const Exchange& exchange) {
  const bool cut = ends_unanswered(evidence.timeline, exchange) && !last_id_of(exchange).empty() &&
                   exchange.final_message() == nullptr;
  if (!cut) return std::nullopt;
  const bool told = std::any_of(exchange.events.begin(), exchange.events.end(),
                                [](const auto& event) { return event.sse.retry_ms.has_value(); });
  return told ? "" : "the connection ended before its stream did, and no retry was told";
}

}  // namespace

Check requests_get_json_or_events(Rule rule) {
  return check_of({"requests_get_json_or_events",
                   "a request is answered with application/json or text/event-stream",
                   "the framework's default type is left standing", "set the Content-Type",
                   "no request was answered", json_or_events, Level::kMust, taken_for_notice},
                  rule);
}

Check notifications_are_accepted(Rule rule) {
  return check_of({"notifications_are_accepted",
                   "a notification or response gets 202 and no body",
                   "all POSTs are answered as requests are", "answer 202, and send nothing",
                   "no notification was accepted", accepted, Level::kMust, accepted_otherwise},
                  rule);
}

Check refused_notices_get_an_error(Rule rule) {
  return check_of({"refused_notices_get_an_error",
                   "what is no request gets 202, or an error status where it is refused",
                   "the message is read after the status has gone out", "answer 400",
                   "nothing that could be refused was answered", refused},
                  rule);
}

Check unreadable_text_is_refused(Rule rule) {
  return check_of({"unreadable_text_is_refused",
                   "text that is no JSON gets an error status, or an Error",
                   "what cannot be read is dropped, and the reply is that of what was taken",
                   "answer 400, with the Error -32700",
                   "no text that is no JSON was answered", unreadable, Level::kShould},
                  rule);
}

Check notifications_get_no_response(Rule rule) {
  return check_of({"notifications_get_no_response", "a notification gets no response",
                   "all POSTs are answered as requests are", "answer 202, and send nothing",
                   "no notification was answered", no_response},
                  rule);
}

Check get_is_served_at_the_endpoint(Rule rule) {
  return check_of({"get_is_served_at_the_endpoint",
                   "GET at the endpoint gets an event stream or 405",
                   "GET is routed to nothing", "route GET, or refuse it with 405",
                   "no GET was answered", get_served},
                  rule);
}

Check get_brings_events_or_405(Rule rule) {
  return check_of({"get_brings_events_or_405",
                   "GET gets an event stream, or 405 where the server offers none",
                   "a GET without Last-Event-ID is not foreseen", "open a stream, or answer 405",
                   "no GET of a session was answered", get_answered},
                  rule);
}

Check get_carries_no_response(Rule rule) {
  return check_of({"get_carries_no_response",
                   "responses come on the stream of their request, not on a listening GET",
                   "all that a session sends goes to the stream that is open",
                   "route responses by their request", "no GET got an event stream",
                   get_without_response},
                  rule);
}

Check refused_methods_name_the_allowed(Rule rule) {
  return check_of({"refused_methods_name_the_allowed", "a 405 says in Allow what is served",
                   "the status is set by hand", "add Allow with the methods of the endpoint",
                   "nothing was answered with 405", names_allowed, Level::kShould},
                  rule);
}

Check http10_gets_no_chunks() {
  return check_of({"http10_gets_no_chunks", "no Transfer-Encoding in an answer to HTTP/1.0",
                   "every stream is sent in chunks, whatever the request says of itself",
                   "send such an answer as it is, and end it by closing the connection",
                   "no request of HTTP/1.0 was answered", no_chunks, Level::kShould},
                  Rule{});
}

Check streams_begin_with_an_id(Rule rule) {
  return check_of({"streams_begin_with_an_id",
                   "a stream that can be resumed begins with an event that has an id and no data",
                   "the id comes with the first message only", "send it with the head",
                   "the server gives its events no ids", primed},
                  rule);
}

Check event_ids_are_unique(Rule rule) {
  return check_of({"event_ids_are_unique", "an event id is given once in a session",
                   "each stream counts its events by itself, or an event is sent twice",
                   "put the stream's name into the id, and send each event once",
                   "the server gives its events no ids", unique_ids},
                  rule);
}

Check streams_bring_their_response(Rule rule) {
  return check_of({"streams_bring_their_response", "a stream brings its response before it ends",
                   "the stream is ended by another path than the response's",
                   "end the stream with the response", "no stream ended", brings_response,
                   Level::kMust, ended_without},
                  rule);
}

Check cut_streams_tell_when_to_return(Rule rule) {
  return check_of({"cut_streams_tell_when_to_return",
                   "a server that lets a client poll says by `retry` when",
                   "the connection is closed without a last event", "send `retry` before the end",
                   "no stream ended before its response", tells_retry},
                  rule);
}

}  // namespace tailrace
