// SPDX-License-Identifier: Apache-2.0
// How sessions of the client begin, in which revision, and many of them in one process.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/net/http_message.h"
#include "harness/peer/own_info.h"
#include "harness/peer/server_driver.h"

namespace tailrace {
namespace {

// The next call of a session or its end: more than a call that runs into its limit, and closing.
constexpr Deadline kSessionGoesOn{"session_goes_on", Millis(30000)};
// A client's start, as for its first call.
constexpr Deadline kInitialize{"initialize", Millis(30000)};
constexpr std::array<std::string_view, 4> kSpoken = {"2024-11-05", "2025-03-26", "2025-06-18",
                                                     "2025-11-25"};
constexpr int kRefusesRevision = 400;  // SH-VER-04
constexpr int kServerError = -32000;
constexpr Millis kNotices{300};  // What a client may take to close a connection that we ended.

bool is_spoken(std::string_view revision) {
  return std::ranges::find(kSpoken, revision) != kSpoken.end();
}

}  // namespace

void ServerDriver::answer_initialize(const Exchange& exchange) {
  if (refuses_initialize_ != 0) {
    return respond(exchange.id, refuses_initialize_, {{"Content-Type", "text/plain"}}, "not now");
  }
  const std::string& wanted = exchange.asked->body["params"]["protocolVersion"].as_string();
  revision_ = settings_.revision;
  if (revision_.empty()) revision_ = is_spoken(wanted) ? wanted : std::string(kSpoken.back());
  // Early clients speak this transport and still name the revision before it: its first rules hold.
  mark("revision", revision_ == kSpoken.front() ? std::string(kSpoken[1]) : revision_);
  if (leaves_initialize_open_) return;
  if (!answered_.empty()) revision_ = answered_;  // Judged by what the client offered.
  Json capabilities, result;
  capabilities.set("tools", Json(Json::Object{}));
  if (declares_logging_) capabilities.set("logging", Json(Json::Object{}));
  result.set("protocolVersion", revision_);
  result.set("capabilities", std::move(capabilities));
  result.set("serverInfo", own_info());
  const std::string session =
      fmt::format("Tailrace.{:016x}~aZ", static_cast<std::uint64_t>(mono_now().since_boot.count()));
  const std::string answer = compose_result(*exchange.asked->id, result);
  std::vector<HttpHeader> headers;
  if (gives_session_) headers.push_back({"Mcp-Session-Id", session});
  headers.push_back(
      {"Content-Type", streams_initialize_ ? "text/event-stream" : "application/json"});
  const std::string before = "event: message\ndata: " + log_message("starting") + "\n\n";
  respond(exchange.id, 200, headers,
          streams_initialize_ ? before + "event: message\ndata: " + answer + "\n\n" : answer);
}

// What names none is taken for one of ours, and initialize says in its body what it wants. The one
// without sessions refuses by what the body says, too: the checks tell.
bool ServerDriver::speaks_revision_of(const Exchange& exchange) const {
  const std::string* const named = exchange.request.find("mcp-protocol-version");
  const bool begins = exchange.asked && exchange.asked->method == "initialize";
  if (named == nullptr || begins || is_stateless()) return true;
  return is_spoken(*named) || *named == revision_;
}

void ServerDriver::refuse_revision(const Exchange& exchange) {
  const auto id = exchange.asked ? exchange.asked->id : std::nullopt;
  respond(exchange.id, kRefusesRevision, {{"Content-Type", "application/json"}},
          compose_error(id, kServerError, "this server does not speak that revision"));
}

void ServerDriver::begin_session(int calls) {
  session_over_ = false;
  calls_.clear();  // What came after the end of the one before.
  if (!listener_) return start_client(calls);
  tell_client(calls, Millis(0));
}

void ServerDriver::await_initialize() {
  await(kInitialize, "an initialize of the client", [](const Timeline& timeline) {
    const bool begun = std::ranges::any_of(timeline.exchanges, [](const Exchange& exchange) {
      return exchange.asked && exchange.asked->method == "initialize";
    });
    return begun || timeline.process_ended;
  });
}

bool ServerDriver::has_ended_session(const Timeline& timeline) {
  for (; lines_read_ < timeline.lines.size(); ++lines_read_) {
    if (status_when_done(timeline.lines[lines_read_].what.text)) session_over_ = true;
  }
  return session_over_ || timeline.process_ended.has_value();
}

std::optional<StreamId> ServerDriver::await_call_of_session() {
  await(kSessionGoesOn, "a call of the client's session, or its end",
        [this](const Timeline& timeline) {
          return !calls_.empty() || has_ended_session(timeline);
        });
  if (history_.read([](const Timeline& t) { return t.process_ended.has_value(); })) stop();
  if (calls_.empty()) return std::nullopt;
  const StreamId call = calls_.front();
  calls_.pop_front();
  return call;
}

void ServerDriver::end_idle_connections() {
  std::map<ConnectionId, Link> links;
  {
    const std::scoped_lock lock(links_mutex_);
    links.swap(links_);
  }
  for (auto& [id, link] : links) link.close();
  stay_connected(kNotices);
}

}  // namespace tailrace
