// SPDX-License-Identifier: Apache-2.0
// What our scripted server waits for beside requests: calls that come back, and the client's end.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
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
    const auto& asked = timeline.exchange(call)->asked;
    const auto id = asked ? asked->id : std::nullopt;
    const bool asked_more = std::any_of(
        timeline.exchanges.begin(), timeline.exchanges.end(), [&](const Exchange& later) {
          return !asks_at_once_ && later.id > call && follows_calls(later) &&
                 later.asked->id != id;
        });
    return told || asked_more || timeline.process_ended.has_value();
  });
}

void ServerDriver::watch_pong(Millis window) {
  const RpcId id = rpc_id(fmt::format("tailrace-ping-{}", pings_));
  watch({"pong", window}, [&](const Timeline& timeline) {
    const bool came = std::ranges::any_of(timeline.exchanges, [&](const Exchange& exchange) {
      return exchange.asked && exchange.asked->is_response() && exchange.asked->id == id;
    });
    return came || timeline.process_ended.has_value();
  });
}

}  // namespace tailrace
