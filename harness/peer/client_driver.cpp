// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/client_driver.h"

#include <algorithm>

#include "harness/base/assert.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/session.h"
#include "harness/net/http_message.h"
#include "harness/peer/own_info.h"
#include "harness/record/marks.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

constexpr Millis kProbeLeaves{2000};  // For the answer to the DELETE of its session.
constexpr std::string_view kHttp11 = " HTTP/1.1\r\n", kHttp10 = " HTTP/1.0\r\n";
constexpr std::string_view kFirstVersionWithHeader = "2025-06-18";

constexpr std::string_view kFirstWithTransport = "2025-03-26";
constexpr std::string_view kBeforeTransport = "2024-11-05";
constexpr std::string_view kBytes = "{bytes}";
constexpr std::string_view kMarker = "tailrace/marker";
constexpr Millis kBetweenTries{200};  // Of a server that is warming up.

void mark_once(Script& script, std::string_view name, const std::string& value) {
  const bool known = script.history().read([&](const Timeline& timeline) {
    return std::ranges::any_of(timeline.marks, [&](const auto& mark) {
      return mark.what.name == name && mark.what.value == value;
    });
  });
  if (!known) script.mark(name, value);
}

}  // namespace

ClientDriver::ClientDriver(Network& network, Vault& vault, History& history,
                           ClientSettings settings)
    : Script(history, settings.sample),
      network_(network),
      vault_(vault),
      settings_(std::move(settings)) {
  TAILRACE_ASSERT(settings_.pace != nullptr && !settings_.server.addresses.empty());
}

std::vector<HttpHeader> ClientDriver::headers_for(std::string_view method,
                                                  const PostOptions& options) const {
  std::vector<HttpHeader> headers = {{"Host", settings_.server.host}};
  const char* accept = options.prefer_json ? "application/json, text/event-stream;q=0.5"
                                           : "application/json, text/event-stream";
  if (method != "DELETE") headers.push_back({"Accept", accept});
  if (method == "POST") headers.push_back({"Content-Type", "application/json"});
  if (options.session < sessions_.size()) {
    const Session& session = sessions_[options.session];
    if (session.revision >= kFirstVersionWithHeader && !is_stateless()) {
      headers.push_back({"MCP-Protocol-Version", session.revision});
    }
    std::string id = options.session_id;
    if (id.empty() && !session.id.empty()) id = vault_.reveal(session.id);
    if (!id.empty()) headers.push_back({"Mcp-Session-Id", id});
  }
  if (is_stateless() && method != "POST") {
    headers.push_back({"MCP-Protocol-Version", settings_.revision});
  }
  headers.insert(headers.end(), options.headers.begin(), options.headers.end());
  headers.insert(headers.end(), settings_.server.headers.begin(), settings_.server.headers.end());
  return headers;
}

StreamId ClientDriver::send(std::string_view method, const std::string& body,
                            const PostOptions& options) {
  if (!settings_.pace->take()) decline("the profile 'safe' allows no more requests in this run");
  auto headers = headers_for(method, options);
  if (is_stateless() && method == "POST") add_mirrored_headers(headers, body);
  for (const HttpHeader& other : options.instead) {
    std::erase_if(headers, [&](const HttpHeader& own) { return same_name(own.name, other.name); });
    if (!other.value.empty()) headers.push_back(other);
  }
  for (HttpHeader& header : headers) {
    if (options.lower_case_names) header.name = lower_case(header.name);
  }
  std::string request = compose_http_request(method, settings_.server.target, headers, body);
  if (options.http10) request.replace(request.find(kHttp11), kHttp11.size(), kHttp10);
  ConnectionId connection = options.on;
  const bool fresh = std::exchange(asks_afresh_, false) || options.fresh;
  if (!connection && !fresh) connection = idle_connection().value_or(ConnectionId{});
  const bool ours_to_choose = !options.on;
  if (!connection) connection = open_connection();
  auto stream = send_on(connection, request);
  // The server may close an idle connection at any time: then nothing was sent, and we send it on
  // a new one, as every client does.
  if (!stream && ours_to_choose) stream = send_on(open_connection(), request);
  if (!stream) stop();
  return *stream;
}

std::string ClientDriver::message_of(std::string_view method, const Json& params,
                                     const PostOptions& options) {
  if (method.starts_with("notifications/")) {
    return compose_notification(method, is_stateless() ? with_meta(params) : params);
  }
  std::string id = options.id.value_or("1");
  if (!options.id && options.session < sessions_.size()) {
    // Without sessions all of them are one client's, whose open ids differ.
    Session& counts = sessions_[is_stateless() ? 0 : options.session];
    id = std::to_string(counts.next_request++);
  }
  if (options.marker.empty() && !is_stateless()) return compose_request(RpcId{id}, method, params);
  Json whole = params.is_object() ? params : Json(Json::Object{});
  if (!options.marker.empty()) {
    Json meta = whole["_meta"];
    meta.set(std::string(kMarker), options.marker);
    whole.set("_meta", std::move(meta));
  }
  return compose_request(RpcId{id}, method, is_stateless() ? with_meta(whole) : whole);
}

StreamId ClientDriver::post(std::string_view method, const Json& params,
                            const PostOptions& options) {
  return send("POST", message_of(method, params, options), options);
}

std::string ClientDriver::compose(std::string_view method, const Json& params,
                                  const PostOptions& options) {
  const std::string body = message_of(method, params, options);
  auto headers = headers_for("POST", options);
  if (is_stateless()) add_mirrored_headers(headers, body);
  return compose_http_request("POST", settings_.server.target, headers, body);
}

StreamId ClientDriver::send_bytes(ConnectionId connection, const std::string& bytes) {
  if (!settings_.pace->take()) decline("the profile 'safe' allows no more requests in this run");
  const auto stream = send_on(connection, bytes);
  if (!stream) stop();
  return *stream;
}

StreamId ClientDriver::post_text(const std::string& body, const PostOptions& options) {
  return send("POST", body, options);
}

bool ClientDriver::server_declares(std::string_view capability, SessionNumber session) const {
  return session < sessions_.size() &&
         sessions_[session].capabilities.find(capability) != nullptr;
}

StreamId ClientDriver::initialize(Session& session, const std::string& revision) {
  Json params;
  params.set("protocolVersion", revision);
  params.set("capabilities", Json(Json::Object{}));
  params.set("clientInfo", own_info());
  PostOptions outside;
  outside.session = sessions_.size();  // Not there yet: no session header.
  outside.id = std::to_string(session.next_request++);
  StreamId stream = post("initialize", params, outside);
  await_opening(stream);
  if (met_end_of_connection(stream)) {
    outside.id = std::to_string(session.next_request++);
    outside.fresh = true;
    stream = post("initialize", params, outside);
    await_opening(stream);
  }
  while (is_warming_up(stream)) {
    stay_connected(kBetweenTries);
    outside.id = std::to_string(session.next_request++);
    stream = post("initialize", params, outside);
    await_opening(stream);
  }
  take_session(session, stream);
  return stream;
}

// It accepts connections, and says when it will serve: 503 with Retry-After (RFC 9110, 15.6.4).
bool ClientDriver::is_warming_up(StreamId initialize) const {
  constexpr int kUnavailable = 503;
  return mono_now() < settings_.warm_until && history_.read([&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(initialize);
    return is_refused_for_now(exchange) && exchange.response->status == kUnavailable;
  });
}

// An answer within the limit, or an end without one, tells that the server listens.
void ClientDriver::await_opening(StreamId stream) {
  Attempt tried(settings_.attempts, opened());
  await_answer(stream);
  tried.answered();
}

void ClientDriver::stop_where_in_vain() {
  if (insists_ || settings_.attempts == nullptr) return;
  const int others = settings_.attempts->in_vain(opened());
  if (others == 0) return;
  history_.append(DeadlinePassed{
      "initialize",
      "a session in vain: " + std::to_string(others) + " were asked for before, and none was "
      "answered in time, so that no other is asked for",
      Millis(0)});
  stop();
}

// That it spoke it to another script is no choice of the server's.
void ClientDriver::stop_without_revision() {
  const bool spoken =
      settings_.attempts != nullptr && settings_.attempts->was_answered(opened() + kSpoken);
  if (!spoken) decline("the server does not speak revision " + settings_.revision);
  history_.append(DeadlinePassed{
      "discover", "server/discover to name revision " + settings_.revision + ", as it had before",
      Millis(0)});
  stop();
}

SessionNumber ClientDriver::open_session() {
  stop_where_in_vain();
  if (is_stateless()) {
    Session each_by_itself;
    discover(each_by_itself);
    if (each_by_itself.revision.empty()) stop_without_revision();
    sessions_.push_back(each_by_itself);
    return sessions_.size() - 1;
  }
  Session session;
  const StreamId stream = initialize(session, settings_.revision);
  check_revision(session, stream);
  sessions_.push_back(session);
  const SessionNumber number = sessions_.size() - 1;
  PostOptions inside;
  inside.session = number;
  await_answer(post("notifications/initialized", Json(), inside));
  return number;
}

std::string ClientDriver::probe_revision() {
  Session session;
  initialize(session, settings_.revision);
  sessions_.push_back(session);
  // An answer that never comes is a question of its own, and the revision is known.
  if (!session.id.empty()) watch_answer(begin_delete(sessions_.size() - 1), kProbeLeaves);
  return session.revision == kBeforeTransport ? std::string(kFirstWithTransport) : session.revision;
}

void ClientDriver::take_session(Session& session, StreamId stream) {
  bool invisible = false;
  history_.read([&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(stream);
    const std::string* id = exchange.response ? exchange.response->find("mcp-session-id") : nullptr;
    if (id != nullptr) session.id = *id;
    // Records hold a pseudonym, which hides the characters.
    const std::string own = id == nullptr ? "" : vault_.reveal(*id);
    invisible = std::any_of(own.begin(), own.end(), [](char c) { return c < '!' || c > '~'; });
    const RpcMessage* final = exchange.final_message();
    if (final == nullptr) return;
    const Json& result = final->body["result"];
    session.revision = result["protocolVersion"].as_string();
    session.capabilities = result["capabilities"];
  });
  if (invisible) mark(kMarkInvisibleSession, "yes");
}

void ClientDriver::check_revision(const Session& session, StreamId initialize) {
  if (session.revision == settings_.revision) return;
  // Streamable HTTP came with 2025-03-26, yet early servers speak it and still name the revision
  // before: the transport's rules are then the first ones it had.
  if (session.revision == kBeforeTransport && settings_.revision == kFirstWithTransport) return;
  const std::string unanswered = history_.read(
      [&](const Timeline& timeline) { return why_unanswered(*timeline.exchange(initialize)); });
  if (!unanswered.empty()) {
    history_.append(DeadlinePassed{"initialize", "an MCP endpoint: " + unanswered, Millis(0)});
    stop();
  }
  const Json answer = history_.read([&](const Timeline& timeline) {
    const RpcMessage* final = timeline.exchange(initialize)->final_message();
    return final == nullptr ? Json() : final->body;
  });
  if (answer["result"].is_object()) {
    if (session.revision.empty()) decline("the server's answer to initialize names no revision");
    decline("the server does not speak revision " + settings_.revision + " but " +
            session.revision.substr(0, 40));
  }
  const std::string& why = answer["error"]["message"].as_string();
  decline("the server refused initialize at revision " + settings_.revision +
          (why.empty() ? "" : ": " + why.substr(0, 200)));
}

std::string ClientDriver::session_id(SessionNumber session) const {
  return session < sessions_.size() ? vault_.reveal(sessions_[session].id) : "";
}

bool ClientDriver::has_session_id(SessionNumber session) const {
  return session < sessions_.size() && !sessions_[session].id.empty();
}

bool ClientDriver::met_end_of_connection(StreamId stream) const {
  return history_.read([&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(stream);
    return exchange.index > 0 && exchange.ended() && !exchange.first_byte_at;
  });
}

StreamId ClientDriver::begin_delete(SessionNumber session) {
  return send("DELETE", "", {.session = session});
}

StreamId ClientDriver::delete_session(SessionNumber session, ConnectionId on) {
  PostOptions options;
  options.on = on;
  options.session = session;
  const StreamId stream = send("DELETE", "", options);
  await_answer(stream);
  if (on || !met_end_of_connection(stream)) return stream;
  options.fresh = true;
  const StreamId again = send("DELETE", "", options);
  await_answer(again);
  return again;
}

void ClientDriver::decline_without(std::optional<ToolCall> AllowedTools::*kind) {
  const auto known = std::ranges::find(kToolKinds, kind, &ToolKind::tool);
  decline("the manifest's tools name none that is \"" + std::string(known->key) + "\"");
}

ClientDriver::Request ClientDriver::call_of(std::optional<ToolCall> AllowedTools::*kind) {
  const auto& tool = settings_.tools.*kind;
  if (!tool) decline_without(kind);
  Json params;
  params.set("name", tool->name);
  params.set("arguments", tool->arguments);
  if (kind != &AllowedTools::failing) mark_once(*this, kMarkNamedTool, tool->name);
  if (kind == &AllowedTools::chatty) {
    Json meta;
    meta.set("progressToken", "progress-" + std::to_string(++progress_tokens_));
    // Without sessions nothing is logged that its request did not ask for.
    if (is_stateless()) meta.set(std::string(kMetaLogLevel), "debug");
    params.set("_meta", std::move(meta));
  }
  return {"tools/call", std::move(params)};
}

StreamId ClientDriver::ask_tool(std::optional<ToolCall> AllowedTools::*kind,
                                const PostOptions& options) {
  const Request call = call_of(kind);
  return post(call.method, call.params, options);
}

StreamId ClientDriver::ask_for_bytes(std::int64_t bytes, const PostOptions& options) {
  const auto& tool = settings_.tools.sized;
  if (!tool) decline_without(&AllowedTools::sized);
  Json arguments, params;
  for (const auto& [name, value] : tool->arguments.members()) {
    arguments.set(name, value.is_string() && value.as_string() == kBytes ? Json(bytes) : value);
  }
  mark_once(*this, kMarkNamedTool, tool->name);
  params.set("name", tool->name);
  params.set("arguments", std::move(arguments));
  return post("tools/call", params, options);
}

ClientDriver::Request ClientDriver::request_for_result(SessionNumber session) {
  if (settings_.tools.plain) return call_of(&AllowedTools::plain);
  return {server_declares("tools", session) ? "tools/list" : std::string(plainest()), Json()};
}

StreamId ClientDriver::ask_for_result(const PostOptions& options) {
  const Request request = request_for_result(options.session);
  return post(request.method, request.params, options);
}

StreamId ClientDriver::ask_for_error(std::size_t attempt, const PostOptions& options) {
  TAILRACE_ASSERT(attempt < kErrorKinds);
  if (attempt == 0) return post("tailrace/no_such_method", Json(), options);
  Json params;
  params.set("arguments", Json(Json::Object{}));
  const auto& failing = settings_.tools.failing;
  if (attempt == 1) {
    params.set("name", "tailrace_no_such_tool");
  } else if (failing) {
    params.set("name", failing->name);
    params.set("arguments", failing->arguments);
  }
  return post("tools/call", params, options);
}

StreamId ClientDriver::ask_with_bad_arguments(const PostOptions& options) {
  for (const auto kind : {&AllowedTools::plain, &AllowedTools::slow, &AllowedTools::big}) {
    const auto& tool = settings_.tools.*kind;
    if (!tool || tool->arguments.members().empty()) continue;
    Json params, wrong;
    for (const auto& member : tool->arguments.members()) {
      wrong.set(member.first, Json(Json::Array{Json("of no use")}));
    }
    params.set("name", tool->name);
    params.set("arguments", std::move(wrong));
    return post("tools/call", params, options);
  }
  decline("no named tool takes arguments");
}

}  // namespace tailrace
