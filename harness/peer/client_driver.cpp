// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/client_driver.h"

#include <algorithm>

#include "harness/base/assert.h"
#include "harness/net/http_message.h"
#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

constexpr Deadline kConnect{"connect", Millis(5000)};
constexpr Deadline kSend{"send", Millis(5000)};
constexpr Deadline kAnswer{"answer", Millis(15000)};  // Above the slowest first call of a cold JVM.
constexpr Deadline kClose{"close", Millis(2000)};
// After its final message a stream normally ends within microseconds: wait that little, so that
// the next request finds the connection free. Streams left open are watched later, all at once.
constexpr Deadline kSettle{"settle", Millis(300)};

constexpr std::string_view kFirstVersionWithHeader = "2025-06-18";

constexpr std::string_view kFirstWithTransport = "2025-03-26";
constexpr std::string_view kBeforeTransport = "2024-11-05";

bool is_over(const Timeline& timeline, StreamId stream) {
  const Exchange* exchange = timeline.exchange(stream);
  return exchange != nullptr && exchange->ended();
}

bool has_ended(const Timeline& timeline, ConnectionId id) {
  const Connection* connection = timeline.connection(id);
  return connection != nullptr && (connection->peer_ended || connection->we_ended);
}

// A connection is known once it was opened or refused; facts of a refusal name no connection, so
// the script, which opens one at a time, looks at their number.
struct Opening {
  bool open = false;
  bool refused = false;
};

Opening opening_of(const Timeline& timeline, ConnectionId id, std::size_t refused_before) {
  return {timeline.connection(id) != nullptr, timeline.refused.size() > refused_before};
}

}  // namespace

ClientDriver::ClientDriver(Network& network, Vault& vault, History& history,
                           ClientSettings settings)
    : Script(history), network_(network), vault_(vault), settings_(std::move(settings)) {
  TAILRACE_ASSERT(settings_.pace != nullptr && !settings_.server.addresses.empty());
}

bool ClientDriver::may_open() const {
  const std::size_t most = settings_.pace->limits().connections;
  if (most == 0) return true;
  const auto open = std::count_if(links_.begin(), links_.end(), [&](const auto& link) {
    return history_.read([&](const Timeline& timeline) {
      return timeline.connection(link.first) != nullptr && !has_ended(timeline, link.first);
    });
  });
  return static_cast<std::size_t>(open) < most;
}

bool ClientDriver::can_ask() const {
  return idle_connection().has_value() || may_open();
}

ConnectionId ClientDriver::open_connection(const LinkOptions& options) {
  if (!may_open()) decline("the profile 'safe' allows no more connections at once");
  for (const Endpoint& address : settings_.server.addresses) {
    const std::size_t refused = history_.read([](const auto& t) { return t.refused.size(); });
    const Link link =
        network_.connect({&history_, &vault_}, address, options, settings_.server.tls);
    links_.emplace(link.id(), link);
    await(kConnect, "a connection to " + address.text(), [&](const Timeline& timeline) {
      const Opening opening = opening_of(timeline, link.id(), refused);
      return opening.open || opening.refused;
    });
    if (history_.read([&](const auto& t) { return t.connection(link.id()) != nullptr; })) {
      return link.id();
    }
  }
  history_.append(HarnessTrouble{"no address of the server accepts a connection"});
  stop();
}

bool ClientDriver::is_usable(ConnectionId id) const {
  return history_.read([&](const Timeline& timeline) {
    const Connection* connection = timeline.connection(id);
    if (connection == nullptr || !connection->usable() || connection->half_closed) return false;
    const Exchange* last = timeline.last_on(id);
    if (last == nullptr) return true;
    return last->end == BodyEnd::kComplete && last->response &&
           connection_is_reusable(last->request, *last->response);
  });
}

std::optional<ConnectionId> ClientDriver::idle_connection() const {
  const auto idle = std::find_if(links_.begin(), links_.end(),
                                 [&](const auto& link) { return is_usable(link.first); });
  if (idle == links_.end()) return std::nullopt;
  return idle->first;
}

std::vector<HttpHeader> ClientDriver::headers_for(std::string_view method,
                                                  const PostOptions& options) const {
  std::vector<HttpHeader> headers = {{"Host", settings_.server.host}};
  if (method != "DELETE") headers.push_back({"Accept", "application/json, text/event-stream"});
  if (method == "POST") headers.push_back({"Content-Type", "application/json"});
  if (options.session < sessions_.size()) {
    const Session& session = sessions_[options.session];
    if (session.revision >= kFirstVersionWithHeader) {
      headers.push_back({"MCP-Protocol-Version", session.revision});
    }
    if (!session.id.empty()) headers.push_back({"Mcp-Session-Id", vault_.reveal(session.id)});
  }
  headers.insert(headers.end(), settings_.server.headers.begin(), settings_.server.headers.end());
  return headers;
}

std::optional<StreamId> ClientDriver::send_on(ConnectionId connection, const std::string& request) {
  const auto link = links_.find(connection);
  TAILRACE_ASSERT(link != links_.end());
  const auto sent_before = [&](const Timeline& timeline) {
    const Connection* on = timeline.connection(connection);
    return on == nullptr ? std::size_t{0} : on->streams.size();
  };
  const std::size_t before = history_.read(sent_before);
  link->second.write(request);
  await(kSend, "the kernel to take a request", [&](const Timeline& timeline) {
    return sent_before(timeline) > before || has_ended(timeline, connection);
  });
  return history_.read([&](const Timeline& timeline) -> std::optional<StreamId> {
    if (sent_before(timeline) == before) return std::nullopt;
    return timeline.connection(connection)->streams.back();
  });
}

StreamId ClientDriver::send(std::string_view method, const std::string& body,
                            const PostOptions& options) {
  if (!settings_.pace->take()) decline("the profile 'safe' allows no more requests in this run");
  const std::string request =
      compose_http_request(method, settings_.server.target, headers_for(method, options), body);
  ConnectionId connection = options.on;
  if (!connection && !options.fresh) connection = idle_connection().value_or(ConnectionId{});
  const bool ours_to_choose = !options.on;
  if (!connection) connection = open_connection();
  auto stream = send_on(connection, request);
  // The server may close an idle connection at any time: then nothing was sent, and we send it on
  // a new one, as every client does.
  if (!stream && ours_to_choose) stream = send_on(open_connection(), request);
  if (!stream) stop();
  return *stream;
}

StreamId ClientDriver::post(std::string_view method, const Json& params,
                            const PostOptions& options) {
  if (method.starts_with("notifications/")) {
    return send("POST", compose_notification(method, params), options);
  }
  std::string id = options.id.value_or("1");
  if (!options.id && options.session < sessions_.size()) {
    id = std::to_string(sessions_[options.session].next_request++);
  }
  return send("POST", compose_request(RpcId{id}, method, params), options);
}

StreamId ClientDriver::initialize(Session& session) {
  Json params, info;
  params.set("protocolVersion", settings_.revision);
  params.set("capabilities", Json(Json::Object{}));
  info.set("name", "tailrace");
  info.set("version", "0.1.0");
  params.set("clientInfo", std::move(info));
  PostOptions outside;
  outside.session = sessions_.size();  // Not there yet: no session header.
  outside.id = std::to_string(session.next_request++);
  const StreamId stream = post("initialize", params, outside);
  await_answer(stream);
  take_session(session, stream);
  return stream;
}

SessionNumber ClientDriver::open_session() {
  Session session;
  const StreamId stream = initialize(session);
  check_revision(session, history_.read([&](const Timeline& timeline) {
    const RpcMessage* final = timeline.exchange(stream)->final_message();
    return final == nullptr ? Json() : final->body;
  }));
  sessions_.push_back(session);
  const SessionNumber number = sessions_.size() - 1;
  PostOptions inside;
  inside.session = number;
  await_answer(post("notifications/initialized", Json(), inside));
  return number;
}

std::string ClientDriver::probe_revision() {
  Session session;
  initialize(session);
  sessions_.push_back(session);
  if (!session.id.empty()) delete_session(sessions_.size() - 1);
  return session.revision == kBeforeTransport ? std::string(kFirstWithTransport) : session.revision;
}

void ClientDriver::take_session(Session& session, StreamId stream) {
  history_.read([&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(stream);
    const std::string* id = exchange.response ? exchange.response->find("mcp-session-id") : nullptr;
    if (id != nullptr) session.id = *id;
    const RpcMessage* final = exchange.final_message();
    if (final == nullptr) return;
    const Json& result = final->body["result"];
    session.revision = result["protocolVersion"].as_string();
    session.lists_tools = result["capabilities"].find("tools") != nullptr;
  });
}

void ClientDriver::check_revision(const Session& session, const Json& answer) {
  if (session.revision == settings_.revision) return;
  // Streamable HTTP came with 2025-03-26, yet early servers speak it and still name the revision
  // before: the transport's rules are then the first ones it had.
  if (session.revision == kBeforeTransport && settings_.revision == kFirstWithTransport) return;
  if (answer["result"].is_object()) {
    decline("the server does not speak revision " + settings_.revision + " but " +
            session.revision.substr(0, 40));
  }
  const std::string& why = answer["error"]["message"].as_string();
  decline("the server refused initialize at revision " + settings_.revision +
          (why.empty() ? "" : ": " + why.substr(0, 200)));
}

bool ClientDriver::has_session_id(SessionNumber session) const {
  return session < sessions_.size() && !sessions_[session].id.empty();
}

StreamId ClientDriver::delete_session(SessionNumber session) {
  PostOptions options;
  options.session = session;
  const StreamId stream = send("DELETE", "", options);
  await_answer(stream);
  return stream;
}

StreamId ClientDriver::ask_for_result(const PostOptions& options) {
  if (const auto& tool = settings_.tools.plain) {
    Json params;
    params.set("name", tool->name);
    params.set("arguments", tool->arguments);
    return post("tools/call", params, options);
  }
  const bool lists = options.session < sessions_.size() && sessions_[options.session].lists_tools;
  return post(lists ? "tools/list" : "ping", Json(), options);
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

void ClientDriver::await_answer(StreamId stream) {
  await(kAnswer, "the answer of stream " + std::to_string(stream.value),
        [&](const Timeline& timeline) {
          return timeline.exchange(stream)->final_message() != nullptr || is_over(timeline, stream);
        });
  // No window is recorded: it is ours to wait a little, and says nothing of the server.
  wait_until(mono_now() + kSettle.limit,
             [&](const Timeline& timeline) { return is_over(timeline, stream); });
}

void ClientDriver::watch_ends(Millis window) {
  watch({"watch_ends", window}, [](const Timeline& timeline) {
    return std::all_of(timeline.exchanges.begin(), timeline.exchanges.end(),
                       [](const Exchange& exchange) { return exchange.ended(); });
  });
}

void ClientDriver::close(ConnectionId connection) {
  const auto link = links_.find(connection);
  if (link == links_.end()) return;
  link->second.close();
  await(kClose, "our own close",
        [&](const Timeline& timeline) { return has_ended(timeline, connection); });
  links_.erase(link);
}

void ClientDriver::reset(ConnectionId connection) {
  const auto link = links_.find(connection);
  if (link == links_.end()) return;
  link->second.reset();
  await(kClose, "our own reset",
        [&](const Timeline& timeline) { return has_ended(timeline, connection); });
  links_.erase(link);
}

void ClientDriver::close_all() {
  while (!links_.empty()) {
    const ConnectionId id = links_.begin()->first;
    const bool known = history_.read([&](const auto& t) { return t.connection(id) != nullptr; });
    if (known) {
      close(id);
    } else {
      links_.erase(id);
    }
  }
}

void ClientDriver::sample(std::string label) {
  if (!settings_.sample) return;
  auto sample = settings_.sample();
  if (!sample) return;
  sample->label = std::move(label);
  history_.append(std::move(*sample));
}

}  // namespace tailrace
