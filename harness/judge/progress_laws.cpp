// SPDX-License-Identifier: Apache-2.0
// Progress: laws of server_laws.h. Calls of the tool that notifies give a token.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "harness/judge/law.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;

const Json& token_of(const Exchange& exchange) {
  static const Json none;
  return exchange.asked ? exchange.asked->body["params"]["_meta"]["progressToken"] : none;
}

// Whether a request gave it; one of the same session, where that is asked.
bool is_known(const Timeline& timeline, const Json& token, const Exchange* of_session = nullptr) {
  const auto& all = timeline.exchanges;
  return std::any_of(all.begin(), all.end(), [&](const Exchange& exchange) {
    if (token.is_null() || !(token_of(exchange) == token)) return false;
    return of_session == nullptr || session_of(exchange) == session_of(*of_session);
  });
}

// Looks at each progress of the exchange; a law that sees messages and no progress is kept.
template <class Wrong>
Look each_progress(const Evidence& evidence, const Exchange& exchange, const Wrong& wrong) {
  Look look;
  for (const RpcMessage* message : messages_of(evidence.timeline, exchange)) {
    look = look.value_or("");
    if (!is_notification_of(*message, "progress")) continue;
    const std::string found = wrong(message->body["params"]);
    if (!found.empty()) return found;
  }
  return look;
}

std::string shown(const Json& params) {
  return excerpt(to_text(params["progressToken"]), kExcerpt);
}

Look with_token(const Evidence& evidence, const Exchange& exchange) {
  return each_progress(evidence, exchange, [&](const Json& params) {
    const Json& token = params["progressToken"];
    if (is_known(evidence.timeline, token, &exchange)) return std::string();
    const bool elsewhere = is_known(evidence.timeline, token);
    return (elsewhere ? "progress of a token that a request of another session gave: "
                      : "progress of a token that no request gave: ") +
           shown(params);
  });
}

Look on_its_stream(const Evidence& evidence, const Exchange& exchange) {
  if (!exchange.is_post()) return std::nullopt;
  return each_progress(evidence, exchange, [&](const Json& params) -> std::string {
    const Json& token = params["progressToken"];
    const bool foreign = is_known(evidence.timeline, token) && token != token_of(exchange);
    return foreign ? "progress of another request came: " + shown(params) : "";
  });
}

Look not_on_get(const Evidence& evidence, const Exchange& exchange) {
  if (!listens(exchange) || !exchange.is_event_stream()) return std::nullopt;
  const Look look = each_progress(evidence, exchange, [](const Json& params) {
    return "progress of a request came on a listening stream: " + shown(params);
  });
  return look.value_or("");
}

Look growing(const Evidence& evidence, const Exchange& exchange) {
  std::map<std::string, double> last;
  return each_progress(evidence, exchange, [&](const Json& params) -> std::string {
    const double now = params["progress"].as_double();
    const auto [before, first] = last.emplace(to_text(params["progressToken"]), now);
    if (first) return "";
    const double then = std::exchange(before->second, now);
    return now > then ? "" : fmt::format("progress {} came after {}", now, then);
  });
}

Look stopped(const Evidence& evidence, const Exchange& exchange) {
  bool over = false;
  Look look;
  for (const RpcMessage* message : messages_of(evidence.timeline, exchange)) {
    look = look.value_or("");
    if (over && is_notification_of(*message, "progress")) look = "progress came after the response";
    over = over || message->is_response();
  }
  return look;
}

}  // namespace

Check progress_has_a_token(Rule rule) {
  return check_of({"progress_has_a_token", "progress is told for a token that a request gave",
                   "a token is made up where none came, or progress goes to the newest stream",
                   "send progress for a token, on the stream of its request, and none without",
                   "the server sent no message", with_token},
                  rule);
}

Check progress_keeps_to_its_stream(Rule rule) {
  return check_of({"progress_keeps_to_its_stream", "progress comes on the stream of its request",
                   "progress goes to the stream that is written at the time",
                   "route it by the request", "the server sent no message", on_its_stream},
                  rule);
}

Check progress_is_not_on_get(Rule rule) {
  return check_of({"progress_is_not_on_get", "a listening stream brings nothing of a request",
                   "what has no id goes to the listening stream", "route it by the request",
                   "no GET got an event stream", not_on_get},
                  rule);
}

Check progress_grows(Rule rule) {
  return check_of({"progress_grows", "each progress of a token is more than the one before",
                   "the value is what is left to do, or a fixed one", "count upwards",
                   "the server sent no message", growing},
                  rule);
}

Check progress_stops_with_the_response(Rule rule) {
  return check_of({"progress_stops_with_the_response", "no progress comes after the response",
                   "the last progress is sent when all is done", "send the response last",
                   "the server sent no message", stopped},
                  rule);
}

}  // namespace tailrace
