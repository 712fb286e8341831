// SPDX-License-Identifier: Apache-2.0
// The server closes the connection after each answer, as it may: announced by `Connection: close`,
// then without a word. Each call that follows is made all the same.

#include "harness/judge/calls.h"
#include "harness/judge/closed_connection.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kAnnounced = 3, kCalls = 7;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  for (int number = 1; number <= kCalls; ++number) {
    const auto call = server.watch_call(server.until_harm());
    if (!call) return;
    if (number <= kAnnounced) {
      server.respond(*call, 200, {{"Content-Type", "application/json"}, {"Connection", "close"}},
                     server.result_for(*call));
    } else {
      server.send_bare_head(*call);
      server.send_result(*call, true);
    }
    server.finish_connection(*call);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario drain_client_calls_after_closed_connections() {
  return Scenario{{
      .id = "drain.client_calls_after_closed_connections",
      .question = "Are calls made after the server closed the connection of the one before?",
      .covers = {},
      .drive = &drive,
      .checks = {calls_outlive_connections(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kFailsOnClosed, client_fault::kReusesAnnounced},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kOpensListeningGet},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
