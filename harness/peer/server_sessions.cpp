// SPDX-License-Identifier: Apache-2.0
// How sessions of the client begin, and many of them in one process.
#include <algorithm>

#include "harness/peer/server_driver.h"

namespace tailrace {
namespace {

// The next call of a session or its end: more than a call that runs into its limit, and closing.
constexpr Deadline kSessionGoesOn{"session_goes_on", Millis(30000)};
// A client's start, as for its first call.
constexpr Deadline kInitialize{"initialize", Millis(30000)};
constexpr Millis kNotices{300};  // What a client may take to close a connection that we ended.

}  // namespace

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
