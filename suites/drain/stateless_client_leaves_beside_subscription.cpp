// SPDX-License-Identifier: Apache-2.0
// The client has its answer and nothing more to do, and its subscription is open: it leaves.

#include "harness/judge/calls.h"
#include "harness/judge/leaving.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
namespace {

constexpr Millis kSubscribes{1000};

void drive(ServerDriver& server) {
  server.answer_subscriptions(Subscriptions::kHeld);
  server.ask_to_listen();
  server.start_client(1);
  const StreamId call = server.await_call();
  const bool subscribes = server.watch_subscription(kSubscribes);  // Else it may leave before.
  server.answer_with_result(call);
  if (!subscribes) server.decline("the client subscribes to nothing");
  server.watch_exit(server.call_limit() * (kLimitsUntilHarm + 2));
}

}  // namespace

Scenario drain_stateless_client_leaves_beside_subscription() {
  return Scenario{{
      .id = "drain.stateless_client_leaves_beside_subscription",
      .question = "Does the client leave though its subscription is open?",
      .covers = {},
      .drive = &drive,
      .checks = {client_leaves()},
      .catches = {client_fault::kWaitsForGetAtClose},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
