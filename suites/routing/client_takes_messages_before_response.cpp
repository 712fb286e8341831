// SPDX-License-Identifier: Apache-2.0
// Requests of the server come on the stream before the response, a Result or an Error: they are
// answered, and the call returns the response.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/client_requests.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::array<int, 3> kPings = {1, 2, 5};
constexpr int kCalls = static_cast<int>(kPings.size());
constexpr Millis kLinger{1200};  // An answer that comes late still comes while the client lives.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(kCalls, kLinger);
  for (const int pings : kPings) {
    const StreamId call = server.await_call();
    server.mark(kMarkVariant, std::to_string(pings) + " pings before it");
    server.send_head(call);
    for (int ping = 0; ping < pings; ++ping) server.send_message(call, server.ping());
    const bool error = pings == 2;
    error ? server.send_error(call, true) : server.send_result(call, true);
  }
  server.await_exit(kLinger + kLeaves);
}

}  // namespace

Scenario routing_client_takes_messages_before_response() {
  return Scenario{{
      .id = "routing.client_takes_messages_before_response",
      .question = "Does the client take messages that come before the response?",
      .covers = {req::kPingIsAnswered},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(Rule{}),
                 server_pings_are_answered(req::kPingIsAnswered)},
      .catches = {client_fault::kIgnoresPings},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
  }};
}

}  // namespace tailrace::suites
