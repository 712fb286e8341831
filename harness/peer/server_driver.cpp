// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/server_driver.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/judge/client_calls.h"
#include "harness/judge/leaving.h"
#include "harness/judge/resume.h"
#include "harness/net/http_message.h"
#include "harness/peer/own_info.h"
#include "harness/record/marks.h"

namespace tailrace {
namespace {

// A client's start: a cold JVM with its class loading on a busy machine.
constexpr Deadline kFirstCall{"first_call", Millis(30000)};
// A loaded machine takes longer to start a client than a call may take.
constexpr Deadline kFirstRequest{"first_request", Millis(30000)};
constexpr std::string_view kPath = "/mcp";
constexpr Millis kGetComes{500};  // Beside the first call
constexpr int kBeforeCall = 2;    // No more are waited for: the call has a limit.
// Several times a storm: on a busy machine some of its gaps look like a back-off.
constexpr int kStormOfGets = 4 * static_cast<int>(kStormResumes);
// Of a request on a connection that carries large calls: more than its head takes, which may be
// long, and so much of a body that only a large one has.
constexpr std::size_t kReadsFirst = 32 << 10, kHeld = 4 << 10;
// What our kernel takes beyond that. It is less than ten segments of a MTU of 1500: with more of
// them on the way the client's kernel would take ever more of the rest, up to 4 MB.
constexpr int kStored = 8 << 10;
constexpr std::size_t kShortArgument = 8;
// Requests that are copied to be answered: who sends a flood of them is not held in full twice.
constexpr std::size_t kAtOnce = 64;

std::string loopback_url(const Endpoint& endpoint) {
  return fmt::format("http://{}{}", endpoint.text(), kPath);
}

}  // namespace

ServerDriver::ServerDriver(Network& network, Vault& vault, History& history,
                           ServerSettings settings)
    : Script(history, settings.sample),
      network_(network),
      vault_(vault),
      settings_(std::move(settings)) {}

void ServerDriver::start_client(int calls, Millis linger) {
  mark(kMarkContract, counts_calls() ? "calls" : "conformance");
  mark(kMarkCallLimit, std::to_string(settings_.call_limit.count()));
  mark(kMarkCloses, settings_.closes ? "yes" : "no");
  if (is_stateless()) mark("revision", settings_.revision);
  if (calls > 1 && !counts_calls()) {
    decline(
        fmt::format("this question needs {} calls, and the client keeps the one-call contract: "
                    "give it an adapter (fixtures/sut/README.md)",
                    calls));
  }
  if (asks_at_once_ && !settings_.parallel) {
    decline("this question needs several calls at once, and the manifest does not say that the "
            "client makes them");
  }
  if (asks_at_once_) mark(kMarkAtOnce, "yes");
  if (argument_bytes_ > 0 && !settings_.large) {
    decline("this question needs calls with a large argument, and the manifest does not say that "
            "the client makes them");
  }
  const Endpoint any_port = v4_endpoint({127, 0, 0, 1}, 0);
  auto listener = network_.listen({&history_, &vault_}, any_port, settings_.links, [this](Link l) {
    const std::scoped_lock lock(links_mutex_);
    if (reads_all_) l.resume_reading();
    links_.emplace(l.id(), l);
  });
  if (!listener) {
    history_.append(HarnessTrouble{listener.error().what});
    stop();
  }
  listener_.emplace(std::move(*listener));
  tell_client(calls, linger);
}

void ServerDriver::tell_client(int calls, Millis linger) {
  const Environment environment = environment_for(calls, linger);
  Json told;
  for (const auto& [name, value] : environment) told.set(name, value);
  mark(kMarkEnvironment, to_text(told));
  if (auto started =
          settings_.start_client(loopback_url(listener_->endpoint()), environment);
      !started) {
    history_.append(HarnessTrouble{"the client could not be started: " + started.error().what});
    stop();
  }
}

Environment ServerDriver::environment_for(int calls, Millis linger) const {
  if (settings_.contract == ClientContract::kConformance) {
    return conformance_environment(settings_.scenario);
  }
  Environment environment =
      calls_environment(settings_.scenario, calls, "say_hello", settings_.call_limit);
  if (is_stateless()) environment.emplace_back("TAILRACE_REVISION", settings_.revision);
  if (asks_to_listen_) environment.emplace_back("TAILRACE_LISTEN", "1");
  if (asks_at_once_) environment.emplace_back("TAILRACE_PARALLEL", "1");
  if (argument_bytes_ > 0) {
    environment.emplace_back("TAILRACE_ARGUMENT_BYTES", std::to_string(argument_bytes_));
  }
  environment.emplace_back("TAILRACE_LINGER_MS", std::to_string(linger.count()));
  return environment;
}

void ServerDriver::serve_pending() {
  const auto due = history_.read([this](const Timeline& timeline) {
    const auto& all = timeline.exchanges;
    while (all_served_ < all.size() && served_.contains(all[all_served_].id)) ++all_served_;
    std::vector<Exchange> exchanges;
    for (std::size_t at = all_served_; at < all.size() && exchanges.size() < kAtOnce; ++at) {
      if (is_due(all[at])) exchanges.push_back(all[at]);
    }
    return exchanges;
  });
  for (const Exchange& exchange : due) {
    if (!exchange.request_complete) {  // Who never says so breaks RFC 9110, 10.1.1.
      continued_.insert(exchange.id);
      write(exchange.id, "HTTP/1.1 100 Continue\r\n\r\n");
      continue;
    }
    served_.insert(exchange.id);
    if (exchange.request.has_token("connection", "close")) closing_.insert(exchange.id);
    serve(exchange);
  }
}

void ServerDriver::serve(const Exchange& exchange) {
  const std::string& method = exchange.request.method;
  if (finished_.contains(exchange.connection)) return reset_connection(exchange.id);
  if (!speaks_revision_of(exchange)) return refuse_revision(exchange);
  if (exchange.is_post()) return serve_post(exchange);
  const bool resumes = exchange.request.find("last-event-id") != nullptr;
  const bool strays = method == "GET" && gives_session_ && !is_stateless() &&
                      exchange.request.find("mcp-session-id") == nullptr;
  if (strays && !resumes) return refuse_get(exchange.id);  // It is of no session.
  if (method == "GET" && (resumes ? claims_gets_ : claims_listening_)) {
    gets_.push_back(exchange.id);
  } else if (method == "GET" && !resumes && holds_listening_) {
    send_bare_head(exchange.id);
  } else if (claims_deletes_ && method == "DELETE") {
    deletes_.push_back(exchange.id);
  } else if (method == "DELETE" && !is_stateless()) {
    respond(exchange.id, 200, {}, "");
  } else {
    refuse_get(exchange.id);
  }
}

void ServerDriver::refuse_get(StreamId get) {
  respond(get, 405, {{"Allow", "POST, DELETE"}}, "");
}

void ServerDriver::serve_post(const Exchange& exchange) {
  const RpcMessage& asked = *exchange.asked;
  const std::vector<HttpHeader> json = {{"Content-Type", "application/json"}};
  if (asked.kind == MessageKind::kInvalid || asked.kind == MessageKind::kBatch) {
    return respond(exchange.id, 400, json, compose_error(std::nullopt, -32600, asked.why_invalid));
  }
  if (asked.kind != MessageKind::kRequest) {
    if (leaves_accepts_open_) return send_endless_body(exchange.id, kAccepted);
    return respond(exchange.id, kAccepted, {}, "");
  }
  if (is_call(exchange)) {
    calls_.push_back(exchange.id);
    return;
  }
  if (is_stateless() && serve_stateless(exchange)) return;
  if (asked.method == "initialize") return answer_initialize(exchange);
  if (asked.method == "ping" || asked.method == "logging/setLevel") {
    return respond(exchange.id, 200, json, compose_result(*asked.id, Json(Json::Object{})));
  }
  if (asked.method == "tools/list") {
    const auto tools = parse_json(R"({"tools":[
      {"name":"say_hello","description":"Says hello","inputSchema":{"type":"object"}},
      {"name":"add_numbers","description":"Adds two numbers","inputSchema":{"type":"object",
       "properties":{"a":{"type":"number"},"b":{"type":"number"}},"required":["a","b"]}}]})");
    return respond(exchange.id, 200, json, compose_result(*asked.id, cacheable(*tools)));
  }
  respond(exchange.id, 200, json, compose_error(asked.id, -32601, "this server does not know it"));
}

void ServerDriver::respond(StreamId stream, int status, const std::vector<HttpHeader>& headers,
                           std::string_view body) {
  served_.insert(stream);  // Also one whose request has not come in full.
  write(stream, compose_http_response(status, headers, body));
}

ConnectionId ServerDriver::connection_of(StreamId stream) const {
  return history_.read(
      [&](const Timeline& timeline) { return timeline.exchange(stream)->connection; });
}

Link ServerDriver::link_of(StreamId stream) {
  const ConnectionId id = connection_of(stream);  // The history's lock is never taken under ours.
  const std::scoped_lock lock(links_mutex_);
  const auto link = links_.find(id);
  return link == links_.end() ? Link() : link->second;
}

RpcId ServerDriver::id_of(StreamId stream) const {
  return history_.read([&](const Timeline& timeline) {
    return timeline.exchange(stream)->asked->id.value_or(RpcId{"null"});
  });
}

StreamId ServerDriver::await_call() {
  // Only the first waits for a client's start: a later one that does not come is held up by the
  // call before it, and that is harm past so many of its limits.
  const Millis held_up = until_harm();
  const bool has_called = history_.read([](const Timeline& timeline) {
    return std::ranges::any_of(timeline.exchanges,
                               [](const Exchange& exchange) { return is_call(exchange); });
  });
  await(has_called ? Deadline{"next_call", held_up} : kFirstCall, "a tools/call of the client",
        [this](const Timeline& timeline) {
          return !calls_.empty() || timeline.process_ended.has_value();
        });
  if (calls_.empty()) stop();
  const StreamId call = calls_.front();
  calls_.pop_front();
  return call;
}

std::optional<StreamId> ServerDriver::watch_claimed(std::deque<StreamId>& claimed,
                                                    Deadline window) {
  watch(window, [&](const Timeline& timeline) {
    return !claimed.empty() || timeline.process_ended.has_value();
  });
  if (claimed.empty()) return std::nullopt;
  const StreamId stream = claimed.front();
  claimed.pop_front();
  return stream;
}

void ServerDriver::watch_first_request() {
  const auto has_begun = [](const Timeline& timeline) {
    return !timeline.exchanges.empty() || timeline.process_ended.has_value();
  };
  if (!history_.read(has_begun)) watch(kFirstRequest, has_begun);
}

std::optional<StreamId> ServerDriver::watch_call(Millis window) {
  watch_first_request();
  return watch_claimed(calls_, {"watch_call", window});
}

void ServerDriver::ask_for_large_calls(std::size_t bytes) {
  argument_bytes_ = bytes;
  settings_.links.reads_first = kReadsFirst;
  settings_.links.receive_buffer = kStored;
}

void ServerDriver::ask_for_arguments() {
  if (settings_.large) argument_bytes_ = kShortArgument;
}

std::optional<StreamId> ServerDriver::watch_upload(Millis window) {
  watch_first_request();
  std::optional<StreamId> upload;
  watch({"watch_upload", window}, [&](const Timeline& timeline) {
    for (const Exchange& exchange : timeline.exchanges) {
      const bool held = !exchange.request_complete && exchange.request_body.size() >= kHeld;
      if (held && !served_.contains(exchange.id)) upload = exchange.id;
    }
    return upload || !calls_.empty() || timeline.process_ended.has_value();
  });
  return upload;
}

void ServerDriver::read_on(StreamId upload) {
  link_of(upload).resume_reading();
}

void ServerDriver::read_all() {
  const std::scoped_lock lock(links_mutex_);
  reads_all_ = true;
  for (auto& [id, link] : links_) link.resume_reading();
}

std::optional<StreamId> ServerDriver::watch_get(Millis window) {
  watch_first_request();  // The window is for the stream, not for the client's start.
  return watch_claimed(gets_, {"watch_get", window});
}

std::optional<StreamId> ServerDriver::watch_listening(Millis beside) {
  watch({"call_or_get", until_harm()}, [&](const Timeline& timeline) {
    return !calls_.empty() || !gets_.empty() || timeline.process_ended.has_value();
  });
  return watch_get(beside);
}

std::optional<StreamId> ServerDriver::watch_delete(Millis window) {
  return watch_claimed(deletes_, {"watch_delete", window});
}

void ServerDriver::answer_gets(int most, const std::function<void(StreamId)>& answer) {
  const Millis window = until_harm();
  for (int answered = 0; answered < most; ++answered) {
    const auto get = watch_get(window);
    if (!get) return;
    answer(*get);
  }
}

bool ServerDriver::answer_calls(int calls) {
  const Millis window = until_harm();
  for (int call = 0; call < calls; ++call) {
    const auto stream = watch_call(window);
    if (!stream) return false;
    answer_with_result(*stream);
  }
  return true;
}

void ServerDriver::answer_by_turns(int calls) {
  for (int call = 0; call < calls; ++call) {
    const StreamId stream = await_call();
    call % 2 == 0 ? answer_with_result(stream) : answer_with_error(stream);
  }
}

void ServerDriver::answer_call_among_gets(const std::function<void(StreamId)>& answer) {
  for (int asked = 0; asked < kBeforeCall; ++asked) {
    const auto get = watch_listening(kGetComes);
    if (!get) break;
    answer(*get);
  }
  answer_with_result(await_call());
  answer_gets(kStormOfGets, answer);
}

std::string ServerDriver::resumes_from(StreamId get) const {
  return history_.read([&](const Timeline& timeline) -> std::string {
    const std::string* id = timeline.exchange(get)->request.find("last-event-id");
    return id == nullptr ? "" : *id;
  });
}

void ServerDriver::close_connection(StreamId stream) {
  link_of(stream).close();
}

void ServerDriver::finish_connection(StreamId stream) {
  finished_.insert(connection_of(stream));
  link_of(stream).half_close();
}

void ServerDriver::reset_connection(StreamId stream) {
  link_of(stream).reset();
}

}  // namespace tailrace
