// SPDX-License-Identifier: Apache-2.0
// How our scripted client speaks revisions without sessions: no handshake, every request says who
// speaks and by which revision, in its body and in headers that repeat it.
#include <algorithm>

#include "harness/peer/client_driver.h"
#include "harness/peer/own_info.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {


// We can be asked for input, so that the rounds of such a request can be watched.
Json client_capabilities() {
  Json capabilities;
  capabilities.set("elicitation", Json(Json::Object{}));
  return capabilities;
}

// What came in answer to server/discover, be it no message: who takes this era's requests and
// writes its replies wrongly is to be judged for that, not passed over.
std::optional<Json> discovered(const Exchange& exchange) {
  if (const RpcMessage* final = exchange.final_message()) return final->body;
  if (!exchange.response || exchange.response->status / 100 != 2) return std::nullopt;
  std::string text = exchange.body;
  for (const StreamEvent& event : exchange.events) {
    if (!event.sse.data.empty()) text = event.sse.data;
  }
  auto json = parse_json(text);
  if (!json || !(*json)["result"]["supportedVersions"].is_array()) return std::nullopt;
  return std::move(*json);
}

}  // namespace

// The headers that repeat what the body says, for whatever routes by them.
void ClientDriver::add_mirrored_headers(std::vector<HttpHeader>& headers,
                                        const std::string& body) const {
  headers.push_back({"MCP-Protocol-Version", settings_.revision});
  const auto message = parse_json(body);
  if (!message) return;
  const std::string& method = (*message)["method"].as_string();
  headers.push_back({"Mcp-Method", method});
  if (method == "tools/call") {
    headers.push_back({"Mcp-Name", (*message)["params"]["name"].as_string()});
  }
}

Json ClientDriver::with_meta(const Json& params) const {
  Json whole = params.is_object() ? params : Json(Json::Object{});
  Json meta = whole["_meta"];
  meta.set(std::string(kMetaVersion), settings_.revision);
  meta.set(std::string(kMetaAsker), own_info());
  meta.set(std::string(kMetaCapabilities), client_capabilities());
  whole.set("_meta", std::move(meta));
  return whole;
}

void ClientDriver::discover(Session& session) {
  const StreamId stream = post("server/discover", Json(), {.session = sessions_.size()});
  await_opening(stream);
  history_.read([&](const Timeline& timeline) {
    const auto said = discovered(*timeline.exchange(stream));
    if (!said) return;
    const Json& result = (*said)["result"];
    session.capabilities = result["capabilities"];
    const auto& spoken = result["supportedVersions"].items();
    const bool speaks = std::any_of(spoken.begin(), spoken.end(), [&](const Json& version) {
      return version.as_string() == settings_.revision;
    });
    if (speaks) session.revision = settings_.revision;
  });
  const bool speaks = !session.revision.empty() && settings_.attempts != nullptr;
  if (speaks) settings_.attempts->note(opened() + kSpoken, true);
}

bool ClientDriver::probe_stateless() {
  Session session;
  discover(session);
  return !session.revision.empty();
}

StreamId ClientDriver::subscribe(const PostOptions& options) {
  Json filter, params;
  filter.set("toolsListChanged", true);
  filter.set("promptsListChanged", true);
  filter.set("resourcesListChanged", true);
  params.set("notifications", std::move(filter));
  return post(kListenMethod, params, options);
}

StreamId ClientDriver::subscribe_and_watch(const PostOptions& options) {
  constexpr Millis kAcknowledged{5500};
  const StreamId listen = subscribe(options);
  watch_message(listen, kAcknowledged);
  return listen;
}

std::string ClientDriver::refusal_of(StreamId listen) const {
  return history_.read([&](const Timeline& timeline) -> std::string {
    const Exchange& exchange = *timeline.exchange(listen);
    if (!exchange.response) return "";
    if (!exchange.is_event_stream()) return std::to_string(exchange.response->status);
    const RpcMessage* const final = exchange.final_message();
    return final != nullptr && final->kind == MessageKind::kError ? "an Error" : "";
  });
}

void ClientDriver::decline_without_subscription(StreamId listen) {
  const std::string refused = refusal_of(listen);
  if (!refused.empty()) decline("the server offers no subscriptions: it answered " + refused);
}

bool ClientDriver::watch_message(StreamId stream, Millis window) {
  return watch({"watch_message", window}, [&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(stream);
    const bool said = std::any_of(exchange.events.begin(), exchange.events.end(),
                                  [](const StreamEvent& event) { return event.message; });
    return said || exchange.ended();
  });
}

std::string ClientDriver::request_state(StreamId asked) {
  const Json state = history_.read([&](const Timeline& timeline) {
    const RpcMessage* final = timeline.exchange(asked)->final_message();
    return final == nullptr ? Json() : final->body["result"]["requestState"];
  });
  if (!state.is_string()) decline("the tool asked for no input with a state");
  return state.as_string();
}

StreamId ClientDriver::answer_input(StreamId asked, const std::string& state,
                                    const PostOptions& options) {
  Json params, responses;
  history_.read([&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(asked);
    params = exchange.asked->body["params"];
    const RpcMessage* final = exchange.final_message();
    if (final == nullptr) return;
    for (const auto& [key, wanted] : final->body["result"]["inputRequests"].members()) {
      Json accepted;
      accepted.set("action", "accept");
      accepted.set("content", Json(Json::Object{}));
      responses.set(key, std::move(accepted));
    }
  });
  params.set("inputResponses", std::move(responses));
  if (!state.empty()) params.set("requestState", state);
  return post("tools/call", params, options);
}

}  // namespace tailrace
