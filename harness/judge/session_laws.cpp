// SPDX-License-Identifier: Apache-2.0
// Session ids, the handshake, and what was agreed in it: laws of server_laws.h.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;
constexpr std::size_t kShortId = 8;    // What can be tried out one by one.
constexpr std::size_t kCounted = 4;    // So few last characters that differ are a counter.
constexpr int kMethodNotFound = -32601, kInvalidParams = -32602, kUrlElicitation = -32042;
constexpr std::string_view kInitialize = "initialize", kDiscover = "server/discover";
constexpr std::string_view kSessionHeader = "mcp-session-id", kLogLevel = "logging/setLevel";
// Whether it is said is looked at, what it says is not.
constexpr std::string_view kWho = "serverInfo";

bool opens(const Exchange& exchange) {
  return exchange.asked && exchange.asked->method == kInitialize && exchange.response;
}

std::string given_id(const Exchange& exchange) {
  const std::string* id = opens(exchange) ? exchange.response->find(kSessionHeader) : nullptr;
  return id == nullptr ? "" : *id;
}

Look visible(const Evidence& evidence, const Exchange& exchange) {
  if (given_id(exchange).empty()) return std::nullopt;
  const bool hidden = evidence.timeline.mark(kMarkInvisibleSession).has_value();
  return hidden ? "its id has a character beyond 0x21 to 0x7e" : "";
}

// How much of the two ids is the same from the beginning: pseudonyms keep that.
std::size_t common_prefix(const std::string& a, const std::string& b) {
  const auto [end, other] = std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  return static_cast<std::size_t>(end - a.begin());
}

Look unguessable(const Evidence& evidence, const Exchange& exchange) {
  const std::string id = given_id(exchange);
  if (id.empty()) return std::nullopt;
  if (id.size() < kShortId) return fmt::format("a session id of {} characters", id.size());
  for (const Exchange& other : evidence.timeline.exchanges) {
    const std::string before = given_id(other);
    if (other.id >= exchange.id || before.empty()) continue;
    const std::size_t same = common_prefix(before, id);
    if (same == id.size()) return "two sessions were given one id";
    if (before.size() == id.size() && same + kCounted >= id.size()) {
      return fmt::format("of {} characters the ids of two sessions differ in the last {} only",
                         id.size(), id.size() - same);
    }
  }
  return "";
}

Look answered_in_full(const Evidence&, const Exchange& exchange) {
  const RpcMessage* final = opens(exchange) ? exchange.final_message() : nullptr;
  if (final == nullptr || final->kind != MessageKind::kResult) return std::nullopt;
  const Json& result = final->body["result"];
  for (const std::string_view member : {std::string_view("capabilities"), kWho}) {
    if (!result[member].is_object()) return fmt::format("its result has no {}", member);
  }
  return result["protocolVersion"].is_string() ? "" : "its result has no protocolVersion";
}

bool asks_something(const RpcMessage& message) {
  return message.kind == MessageKind::kRequest && message.method != "ping";
}

Look nothing_before(const Exchange& exchange, const RpcMessage& message) {
  if (!opens(exchange) || !exchange.is_event_stream()) return std::nullopt;
  return asks_something(message) ? "its stream brought " + describe(message) : "";
}

Look client_can(const Evidence& evidence, const Exchange& exchange) {
  static const Json none;
  const Exchange* handshake = first_asked(evidence.timeline, kInitialize);
  const Json& declared =
      handshake == nullptr ? none : handshake->asked->body["params"]["capabilities"];
  const auto look = each_message([&](const Exchange&, const RpcMessage& message) -> Look {
    if (!asks_something(message)) return "";
    const std::string feature = message.method.substr(0, message.method.find('/'));
    if (declared.find(feature) != nullptr) return "";
    return describe(message) + " asks for " + excerpt(feature, kExcerpt) +
           ", which the client did not declare";
  });
  return look(evidence, exchange);
}

const Json& server_capabilities(const Timeline& timeline) {
  const Json& of_session = first_result(timeline, kInitialize)["capabilities"];
  return of_session.is_null() ? first_result(timeline, kDiscover)["capabilities"] : of_session;
}

Look server_says(const Evidence& evidence, const Exchange& exchange) {
  const Json& declared = server_capabilities(evidence.timeline);
  if (!declared.is_object()) return std::nullopt;
  const auto look = each_message([&](const Exchange&, const RpcMessage& message) -> Look {
    if (!is_notification_of(message, "message")) return std::nullopt;
    return declared.find("logging") == nullptr ? "it logs, and does not declare logging" : "";
  });
  return look(evidence, exchange);
}

Look lists(const Evidence& evidence, const Exchange& exchange) {
  const RpcMessage* final = exchange.final_message();
  if (!is_request(exchange) || !exchange.asked->method.ends_with("/list") || final == nullptr) {
    return std::nullopt;
  }
  const std::string feature = exchange.asked->method.substr(0, exchange.asked->method.find('/'));
  if (server_capabilities(evidence.timeline).find(feature) == nullptr) return std::nullopt;
  if (final->error_code != kMethodNotFound) return "";
  return "the server declares " + excerpt(feature, kExcerpt) + " and does not know the method";
}

Look log_level(const Evidence&, const Exchange& exchange) {
  const RpcMessage* final = exchange.final_message();
  const bool sets = is_request(exchange) && exchange.asked->method == kLogLevel;
  if (!sets || final == nullptr || final->error_code == kMethodNotFound) return std::nullopt;
  return final->error_code == kInvalidParams ? "" : "an unknown level got " + describe(*final);
}

std::optional<Reason> told_otherwise(const Exchange& exchange) {
  if (exchange.final_message()->kind != MessageKind::kError) return std::nullopt;
  return Reason{"what the check of a level throws becomes an Error of another code",
                "answer -32602 where a parameter does not fit"};
}

Look no_elicitation(const Exchange&, const RpcMessage& message) {
  if (message.kind != MessageKind::kError) return std::nullopt;
  return message.error_code == kUrlElicitation ? "a plain request got the Error -32042" : "";
}

}  // namespace

Check session_ids_are_visible(Rule rule) {
  return check_of({"session_ids_are_visible", "a session id is visible ASCII",
                   "the id is made of text or bytes of the application",
                   "write it in hexadecimal or Base64", "the server keeps no sessions", visible},
                  rule);
}

Check session_ids_cannot_be_guessed(Rule rule) {
  return check_of({"session_ids_cannot_be_guessed",
                   "session ids are drawn so that nobody can guess another's",
                   "sessions are counted", "draw 128 bits from the system's source",
                   "the server keeps no sessions", unguessable},
                  rule);
}

Check initialize_is_answered_in_full(Rule rule) {
  return check_of({"initialize_is_answered_in_full",
                   "initialize is answered with revision, capabilities and who answers",
                   "what is not set is left out", "write all three", "no initialize was answered",
                   answered_in_full},
                  rule);
}

Check nothing_is_asked_before_initialized(Rule rule) {
  return check_of({"nothing_is_asked_before_initialized",
                   "before notifications/initialized a server asks for nothing but ping",
                   "what the server wants to know is asked as soon as a client comes",
                   "wait for notifications/initialized",
                   "initialize was not answered on an event stream",
                   each_message(nothing_before)},
                  rule);
}

Check client_features_are_declared(Rule rule) {
  return check_of({"client_features_are_declared",
                   "a server asks only for what the client declared",
                   "the capabilities of the client are not kept", "look before asking",
                   "the server sent no message", client_can},
                  rule);
}

Check server_features_are_declared(Rule rule) {
  return check_of({"server_features_are_declared", "a server that logs declares logging",
                   "capabilities are a list that is written by hand",
                   "derive them from what is registered", "the server logged nothing",
                   server_says},
                  rule);
}

Check declared_lists_are_answered(Rule rule) {
  return check_of({"declared_lists_are_answered", "what is declared is answered, be it empty",
                   "capabilities are a list that is written by hand",
                   "derive them from what is registered", "no list was asked for", lists},
                  rule);
}

Check unknown_log_levels_are_refused(Rule rule) {
  return check_of({"unknown_log_levels_are_refused", "an unknown log level gets the Error -32602",
                   "the level is kept as text and compared later", "check it against the list",
                   "the server takes no log level", log_level, Level::kMust, told_otherwise},
                  rule);
}

Check elicitation_errors_are_unasked(Rule rule) {
  return check_of({"elicitation_errors_are_unasked",
                   "-32042 is for requests that need input from a URL",
                   "the code is used for something else", "use -32603", "no Error was seen",
                   each_message(no_elicitation)},
                  rule);
}

}  // namespace tailrace
