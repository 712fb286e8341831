// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/stateless_laws.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/judge/ladder.h"
#include "harness/judge/law.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr std::size_t kExcerpt = 60;
constexpr std::string_view kDiscover = "server/discover";

// The result of a request, and null where it has none.
const Json& result_of(const Exchange& exchange) {
  static const Json none;
  const RpcMessage* final = is_request(exchange) ? exchange.final_message() : nullptr;
  return final == nullptr ? none : final->body["result"];
}

Look has_type(const Evidence&, const Exchange& exchange) {
  const Json& result = result_of(exchange);
  if (!result.is_object()) return std::nullopt;
  return result["resultType"].is_string() ? "" : "the result has no resultType";
}

Look known_type(const Evidence& evidence, const Exchange& exchange) {
  const Json& type = result_of(exchange)["resultType"];
  const Json& capabilities = first_result(evidence.timeline, kDiscover)["capabilities"];
  const bool extended = !capabilities["extensions"].members().empty();
  if (!type.is_string() || extended) return std::nullopt;
  const std::string& text = type.as_string();
  const bool known = text == "complete" || text == "input_required";
  return known ? "" : "the resultType is " + excerpt(text, kExcerpt);
}

Look names_server(const Evidence&, const Exchange& exchange) {
  const Json& result = result_of(exchange);
  if (!result.is_object()) return std::nullopt;
  const Json& info = result["_meta"][kMetaAnswerer];
  return info.is_object() ? "" : "_meta of the result does not say who answers";
}

Look discovered(const Evidence&, const Exchange& exchange) {
  const Json& result = result_of(exchange);
  if (!result.is_object() || exchange.asked->method != kDiscover) return std::nullopt;
  if (!result["supportedVersions"].is_array()) return "its result has no supportedVersions";
  return result["capabilities"].is_object() ? "" : "its result has no capabilities";
}

bool is_cacheable(const std::string& method) {
  static const std::set<std::string> kCacheable = {
      "server/discover", "tools/list",     "prompts/list", "resources/list",
      "resources/templates/list", "resources/read"};
  return kCacheable.contains(method);
}

Look says_how_long(const Evidence&, const Exchange& exchange) {
  const Json& result = result_of(exchange);
  const bool complete = result["resultType"].as_string() != "input_required";
  if (!result.is_object() || !complete || !is_cacheable(exchange.asked->method)) {
    return std::nullopt;
  }
  if (!result["ttlMs"].is_number()) return "the result has no ttlMs";
  return result["cacheScope"].is_string() ? "" : "the result has no cacheScope";
}

Look time_to_live(const Evidence&, const Exchange& exchange) {
  const Json& ttl = result_of(exchange)["ttlMs"];
  if (!ttl.is_number()) return std::nullopt;
  return ttl.as_double() >= 0 ? "" : "ttlMs is " + to_text(ttl);
}

Look served_here(const Evidence&, const Exchange& exchange) {
  if (!is_request(exchange) || !exchange.response) return std::nullopt;
  const bool lost = exchange.response->status == kNotFound && exchange.final_message() == nullptr;
  return lost ? "the path that serves other methods got 404, and no Error" : "";
}

// A proxy in front that acts on the header takes it out: nginx and what is built on it.
bool is_from_nginx(const HttpHead& head) {
  const std::string* server = head.find("server");
  if (server == nullptr) return false;
  const std::string name = lower_case(*server);
  return name.starts_with("nginx") || name.starts_with("openresty");
}

Look not_buffered(const Evidence&, const Exchange& exchange) {
  if (!exchange.is_event_stream()) return std::nullopt;
  const std::string* value = exchange.response->find("x-accel-buffering");
  if (value == nullptr && is_from_nginx(*exchange.response)) return std::nullopt;
  return value != nullptr && lower_case(*value) == "no" ? "" : "no X-Accel-Buffering: no";
}

Look no_request(const Exchange&, const RpcMessage& message) {
  return message.kind == MessageKind::kRequest ? "the server sent " + describe(message) : "";
}

bool is_listen(const Exchange& exchange) {
  return exchange.asked && exchange.asked->method == kListenMethod;
}

bool asks_for_no_log(const Exchange& exchange) {
  if (!is_request(exchange) || is_listen(exchange)) return false;
  return exchange.asked->body["params"]["_meta"].find(kMetaLogLevel) == nullptr;
}

bool is_no_listen(const Exchange& exchange) {
  return !is_listen(exchange);
}

// A law that no notification of this name comes in these exchanges.
auto without(std::string_view name, bool (*is_one)(const Exchange&), std::string_view broken) {
  return each_message([=](const Exchange& exchange, const RpcMessage& message) -> Look {
    if (!is_one(exchange)) return std::nullopt;
    return is_notification_of(message, name) ? std::string(broken) : "";
  });
}

Look no_session(const Evidence&, const Exchange& exchange) {
  if (!is_request(exchange) || !exchange.response) return std::nullopt;
  if (exchange.response->find("mcp-session-id") != nullptr) return "the reply gives a session id";
  const bool odd = exchange.request.find("mcp-session-id") != nullptr ||
                   exchange.request.find("last-event-id") != nullptr;
  if (!odd || result_of(exchange).is_object()) return "";
  return fmt::format("with a header of older revisions it got {}", exchange.response->status);
}

std::string names_in(const Exchange& list) {
  std::set<std::string> names;
  for (const Json& tool : result_of(list)["tools"].items()) names.insert(tool["name"].as_string());
  return fmt::format("{}", fmt::join(names, ", "));
}

// The lists of this connection where there are at least two and they agree.
std::optional<std::string> standing_list(const Timeline& timeline, ConnectionId connection) {
  std::vector<std::string> lists;
  for (const Exchange& exchange : timeline.exchanges) {
    const bool here = exchange.connection == connection && is_request(exchange) &&
                      exchange.asked->method == "tools/list";
    if (here && result_of(exchange)["tools"].is_array()) lists.push_back(names_in(exchange));
  }
  if (lists.size() < 2 || lists.front() != lists.back()) return std::nullopt;
  return lists.front();
}

Look same_lists(const Evidence& evidence, const Exchange& exchange) {
  const bool list = is_request(exchange) && exchange.asked->method == "tools/list";
  const auto here = standing_list(evidence.timeline, exchange.connection);
  if (!list || !here) return std::nullopt;
  for (const Connection& other : evidence.timeline.connections) {
    const auto there = standing_list(evidence.timeline, other.id);
    if (other.id == exchange.connection || !there) continue;
    if (*there != *here) return "another connection is told of other tools, again and again";
    return "";
  }
  return std::nullopt;
}

Look state_elsewhere(const Evidence& evidence, const Exchange& exchange) {
  if (!is_request(exchange)) return std::nullopt;
  const Json& state = exchange.asked->body["params"]["requestState"];
  const RpcMessage* final = exchange.final_message();
  if (!state.is_string() || final == nullptr) return std::nullopt;
  for (const Exchange& before : evidence.timeline.exchanges) {
    const bool gave = result_of(before)["requestState"] == state;
    if (!gave || before.connection == exchange.connection) continue;
    return final->kind == MessageKind::kResult
               ? ""
               : "on another connection its state brought " + describe(*final);
  }
  return std::nullopt;
}

}  // namespace

Check results_have_a_type(Rule rule) {
  return check_of({"results_have_a_type", "each result has a resultType",
                   "results are composed as in older revisions", "add it where results are made",
                   "no result was seen", has_type},
                  rule);
}

Check result_types_are_known(Rule rule) {
  return check_of({"result_types_are_known", "a resultType is complete or input_required",
                   "a type of an extension that was not declared", "use those of the core",
                   "no type of a result was seen, or extensions may add some", known_type},
                  rule);
}

Check results_name_the_server(Rule rule) {
  return check_of({"results_name_the_server", "_meta of each result says who answers",
                   "it is told once, as in a handshake", "add it where results are made",
                   "no result was seen", names_server},
                  rule);
}

Check discover_is_answered_in_full(Rule rule) {
  return check_of({"discover_is_answered_in_full",
                   "server/discover tells supportedVersions and capabilities",
                   "what is empty is left out", "write both", "server/discover had no result",
                   discovered},
                  rule);
}

Check cacheable_results_say_how_long(Rule rule) {
  return check_of({"cacheable_results_say_how_long", "such a result has ttlMs and cacheScope",
                   "results are composed as in older revisions", "add them, with 0 if need be",
                   "no result that may be kept was seen", says_how_long},
                  rule);
}

Check times_to_live_are_not_negative(Rule rule) {
  return check_of({"times_to_live_are_not_negative", "ttlMs is 0 or more",
                   "a time that is over is told as such", "write 0", "no ttlMs was seen",
                   time_to_live},
                  rule);
}

Check every_method_is_served_here(Rule rule) {
  return check_of({"every_method_is_served_here", "one path serves all methods",
                   "methods are routed to paths", "route by the message, not by the path",
                   "no request was answered", served_here},
                  rule);
}

Check streams_ask_not_to_be_buffered(Rule rule) {
  return check_of({"streams_ask_not_to_be_buffered",
                   "the head of an event stream says X-Accel-Buffering: no",
                   "only the type is set", "add the header",
                   "no event stream was seen that had not been through nginx, which takes the "
                   "header out",
                   not_buffered},
                  rule);
}

Check server_sends_no_requests(Rule rule) {
  return check_of({"server_sends_no_requests", "a server asks by results, not by requests",
                   "tools ask as in older revisions", "answer with input_required",
                   "the server sent no message", each_message(no_request)},
                  rule);
}

Check logs_are_asked_for(Rule rule) {
  return check_of({"logs_are_asked_for", "a log is sent where the request asked for a level",
                   "the level is one of the whole server", "look at _meta of the request",
                   "no message was seen",
                   without("message", asks_for_no_log, "a log came, and no level was asked for")},
                  rule);
}

Check subscriptions_bring_no_logs(Rule rule) {
  return check_of({"subscriptions_bring_no_logs", "logs come on the stream of their request only",
                   "the subscription is taken for a stream for everything",
                   "send logs with the request that they are of", "no subscription was open",
                   without("message", is_listen, "a log came on the subscription")},
                  rule);
}

Check subscriptions_bring_no_progress(Rule rule) {
  return check_of({"subscriptions_bring_no_progress",
                   "progress comes on the stream of its request only",
                   "the subscription is taken for a stream for everything",
                   "send progress with the request that it is of", "no subscription was open",
                   without("progress", is_listen, "progress came on the subscription")},
                  rule);
}

Check cancels_are_for_subscriptions(Rule rule) {
  return check_of({"cancels_are_for_subscriptions", "a server cancels subscriptions and no more",
                   "the code that ends a request tells the other side, whichever it is",
                   "end the stream instead", "no message was seen",
                   without("cancelled", is_no_listen, "the server cancelled another request")},
                  rule);
}

Check headers_of_sessions_are_ignored(Rule rule) {
  return check_of({"headers_of_sessions_are_ignored",
                   "without sessions none is opened, and headers of them change nothing",
                   "the session is found before the revision is looked at",
                   "look at the revision first", "no request was answered", no_session},
                  rule);
}

Check lists_are_the_same_everywhere(Rule rule) {
  return check_of({"lists_are_the_same_everywhere", "a list does not depend on the connection",
                   "tools are kept by connection", "keep them by server",
                   "no two connections were told of tools twice", same_lists},
                  rule);
}

Check state_is_taken_anywhere(Rule rule) {
  return check_of({"state_is_taken_anywhere", "the next round may come on any connection",
                   "the round is kept by connection", "find it by the state alone",
                   "no state was given back on another connection", state_elsewhere},
                  rule);
}

}  // namespace tailrace
