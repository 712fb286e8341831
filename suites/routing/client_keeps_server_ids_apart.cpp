// SPDX-License-Identifier: Apache-2.0
// A request of the server has the id of the call that waits: ids count for each side by itself, so
// it is no response. It is answered, and the call returns what comes after it.

#include "harness/judge/calls.h"
#include "harness/judge/client_requests.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;
constexpr Millis kLinger{1200};  // An answer that comes late still comes while the client lives.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.limit_calls_from(kWatchServed * 2);
  server.start_client(kCalls, kLinger);
  for (int call = 0; call < kCalls; ++call) {
    const StreamId stream = server.await_call();
    server.send_head(stream);
    server.send_message(stream, server.ping(server.request_id(stream)));
    server.watch_pongs(kWatchServed);
    server.send_result(stream, true);
  }
  server.await_exit(kLinger + kLeaves);
}

}  // namespace

Scenario routing_client_keeps_server_ids_apart() {
  return Scenario{{
      .id = "routing.client_keeps_server_ids_apart",
      .question = "Does the client tell a server's request from the response with the same id?",
      .covers = {req::kPingIsAnswered},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(Rule{}),
                 server_pings_are_answered(req::kPingIsAnswered)},
      .catches = {client_fault::kConflatesIds},
      .spares = {client_oddity::kStringRequestIds, client_oddity::kRandomIntegerIds,
                 client_oddity::kAnswersPingsLate},
  }};
}

}  // namespace tailrace::suites
