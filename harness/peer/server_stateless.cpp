// SPDX-License-Identifier: Apache-2.0
// How our scripted server speaks revisions without sessions: server/discover instead of a
// handshake, POST only, subscriptions by request.
#include <fmt/format.h>

#include "harness/net/http_message.h"
#include "harness/peer/server_driver.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr int kUnknownMethod = -32601;
constexpr int kNoSuchMethod = 404;

}  // namespace

// A result as this revision wants it.
Json ServerDriver::complete(Json result) const {
  if (!is_stateless()) return result;
  result.set("resultType", "complete");
  return result;
}

std::string ServerDriver::result_of_type(StreamId call, std::string_view type) const {
  Json result;
  result.set("content", Json(Json::Array{}));
  result.set("resultType", std::string(type));
  return compose_result(id_of(call), result);
}

// ... and how long it may be kept, which lists and server/discover have to say.
Json ServerDriver::cacheable(Json result) const {
  if (!is_stateless()) return result;
  result.set("ttlMs", std::int64_t{0});
  result.set("cacheScope", "private");
  return complete(std::move(result));
}

// True where it was answered here.
bool ServerDriver::serve_stateless(const Exchange& exchange) {
  const RpcMessage& asked = *exchange.asked;
  const std::vector<HttpHeader> json = {{"Content-Type", "application/json"}};
  if (asked.method == "server/discover") {
    Json tools, capabilities, result;
    tools.set("listChanged", true);
    capabilities.set("tools", std::move(tools));
    result.set("supportedVersions", Json(Json::Array{Json(settings_.revision)}));
    result.set("capabilities", std::move(capabilities));
    respond(exchange.id, 200, json, compose_result(*asked.id, cacheable(std::move(result))));
    return true;
  }
  if (asked.method == "tools/list") return false;
  if (asked.method == kListenMethod && subscriptions_ != Subscriptions::kRefused) {
    serve_subscription(exchange.id, asked);
    return true;
  }
  respond(exchange.id, kNoSuchMethod, json,
          compose_error(asked.id, kUnknownMethod, "this server does not know it"));
  return true;
}

bool ServerDriver::watch_subscription(Millis window) {
  return watch({"subscribes", window}, [](const Timeline& timeline) {
    return std::ranges::any_of(timeline.exchanges, [](const Exchange& exchange) {
      return exchange.asked && exchange.asked->method == kListenMethod;
    });
  });
}

void ServerDriver::serve_subscription(StreamId stream, const RpcMessage& asked) {
  if (subscriptions_ == Subscriptions::kSilent) return;
  Json meta, notifications, params;
  meta.set(std::string(kMetaSubscription), *parse_json(asked.id->text));
  notifications.set("toolsListChanged", true);
  params.set("notifications", std::move(notifications));
  params.set("_meta", std::move(meta));
  send_bare_head(stream);
  send_chunk(stream, fmt::format("data: {}\n\n",
                                 compose_notification("notifications/subscriptions/acknowledged",
                                                      params)));
  if (subscriptions_ == Subscriptions::kCut) send_end(stream);
}

void ServerDriver::ask_for_input(StreamId call, const std::string& state) {
  const bool can = history_.read([&](const Timeline& timeline) {
    const Json& meta = timeline.exchange(call)->asked->body["params"]["_meta"];
    return meta[kMetaCapabilities].find("elicitation") != nullptr;
  });
  if (!can) decline("the client does not say that it can be asked for input");
  send_bare_head(call);
  send_message(call, input_request_for(call, state));
  send_end(call);
}

std::string ServerDriver::input_request_for(StreamId call, const std::string& state) const {
  Json schema, params, who, requests, result;
  schema.set("type", "object");
  schema.set("properties", Json(Json::Object{}));
  params.set("mode", "form");
  params.set("message", "who are you?");
  params.set("requestedSchema", std::move(schema));
  who.set("method", "elicitation/create");
  who.set("params", std::move(params));
  requests.set("who", who);
  requests.set("where", std::move(who));  // Each is asked for, and not the first alone.
  result.set("resultType", "input_required");
  if (!state.empty()) result.set("requestState", state);
  result.set("inputRequests", std::move(requests));
  return compose_result(id_of(call), result);
}

}  // namespace tailrace
