// SPDX-License-Identifier: Apache-2.0
// Of several calls made at once one is refused, one gets an Error and one loses its connection: the
// last is answered afterwards, and returns that.

#include <vector>

#include "harness/judge/at_once.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::size_t kCalls = 4;
constexpr Millis kNoticed{200};  // What ends its neighbours does so by then.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.ask_for_calls_at_once();
  server.start_client(kCalls);
  std::vector<StreamId> calls = {server.await_call()};
  while (calls.size() < kCalls) {
    const auto call = server.watch_call(server.call_limit() / 2);
    if (!call) server.decline("the client makes one call after another");
    calls.push_back(*call);
  }
  server.respond(calls[0], 500, {{"Content-Type", "text/plain"}}, "not this time");
  server.answer_with_error(calls[1]);
  server.reset_connection(calls[2]);
  server.stay_connected(kNoticed);
  server.answer_with_result(calls[3]);
  while (const auto again = server.watch_call(server.call_limit())) {
    server.answer_with_result(*again);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_keeps_failures_apart() {
  return Scenario{{
      .id = "routing.client_keeps_failures_apart",
      .question = "Does a call that fails leave those beside it alone?",
      .covers = {},
      .drive = &drive,
      .checks = {calls_get_their_own_answers()},
      .catches = {client_fault::kFailsTogether},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
