// SPDX-License-Identifier: Apache-2.0
// What our scripted server waits for beside requests: calls that come back, and the client's end.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/reuse.h"
#include "harness/peer/server_driver.h"
#include "harness/record/marks.h"

namespace tailrace {
Millis ServerDriver::until_harm() const {
  return call_limit() * (kLimitsUntilHarm + 1);
}

// A request that is there, or a head that waits to be told to go on.
bool ServerDriver::is_due(const Exchange& exchange) const {
  if (exchange.request_complete) return !served_.contains(exchange.id);
  const std::string* const expects = exchange.request.find("expect");
  return expects != nullptr && lower_case(*expects) == "100-continue" &&
         !continued_.contains(exchange.id);
}

void ServerDriver::await_exit(Millis limit) {
  await({"client_exit", limit}, std::string(kEndOfClient),
        [](const Timeline& timeline) { return timeline.process_ended.has_value(); });
}

bool ServerDriver::watch_exit(Millis window) {
  return watch({"watch_exit", window},
               [](const Timeline& timeline) { return timeline.process_ended.has_value(); });
}

bool ServerDriver::wait_until(MonoTime until, const Condition& holds) {
  const auto pending = [this](const Timeline& timeline) {
    return std::any_of(timeline.exchanges.begin() + static_cast<std::ptrdiff_t>(all_served_),
                       timeline.exchanges.end(), [this](const auto& e) { return is_due(e); });
  };
  for (;;) {
    serve_pending();
    close_as_asked();
    bool held = false;
    history_.wait_until(until, [&](const Timeline& timeline) {
      held = holds(timeline);
      return held || pending(timeline) || answered_last(timeline);
    });
    if (held || mono_now() >= until) return held;
  }
}

std::optional<StreamId> ServerDriver::answered_last(const Timeline& timeline) const {
  const auto answered = std::ranges::find_if(closing_, [&](StreamId stream) {
    return timeline.exchange(stream)->end == BodyEnd::kComplete;
  });
  return answered == closing_.end() ? std::nullopt : std::optional(*answered);
}

void ServerDriver::close_as_asked() {
  const auto next = [this](const Timeline& timeline) { return answered_last(timeline); };
  while (const auto answered = history_.read(next)) {
    closing_.erase(*answered);
    finish_connection(*answered);
  }
}

bool ServerDriver::watch_return(StreamId call, Millis window) {
  const auto number = history_.read([&](const Timeline& timeline) -> std::int64_t {
    if (asks_at_once_) return own_number_of(*timeline.exchange(call));
    // An upload is a call once its refusal is recorded, which may still be on its way.
    return std::ranges::count_if(timeline.exchanges, [&](const Exchange& exchange) {
      return exchange.id == call || (exchange.id < call && is_call(exchange));
    });
  });
  return watch({"call_returns", window}, [&](const Timeline& timeline) {
    // The line of an earlier call may come after this call's request: they take different ways.
    const bool told = std::ranges::any_of(
        told_calls(timeline), [&](const ToldCall& line) { return line.number == number; });
    // The same request once more is a second attempt at the same call.
    const Exchange& own = *timeline.exchange(call);
    const bool asked_more = std::any_of(
        timeline.exchanges.begin(), timeline.exchanges.end(), [&](const Exchange& later) {
          return !asks_at_once_ && later.id > call && follows_calls(later) &&
                 !is_same_request(own, later);
        });
    return told || asked_more || timeline.process_ended.has_value();
  });
}

void ServerDriver::watch_idle_connections() {
  watch({"connections_close", kClosesByTimer},
        [](const Timeline& timeline) { return !connections_pile_up(timeline); });
}

void ServerDriver::watch_pongs(Millis window) {
  watch({"pongs", window}, [&](const Timeline& timeline) {
    const auto is_answered = [&](const RpcId& ping) {
      return std::ranges::any_of(timeline.exchanges, [&](const Exchange& exchange) {
        return exchange.asked && exchange.asked->is_response() && exchange.asked->id == ping;
      });
    };
    return std::ranges::all_of(pings_, is_answered) || timeline.process_ended.has_value();
  });
}

}  // namespace tailrace
