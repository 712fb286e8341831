// SPDX-License-Identifier: Apache-2.0
// The client has its answer and nothing more to do, and its subscription is open: it leaves.

#include "harness/judge/calls.h"
#include "harness/judge/leaving.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  server.answer_subscriptions(Subscriptions::kHeld);
  server.ask_to_listen();
  server.start_client(1);
  server.answer_with_result(server.await_call());
  server.watch_exit(server.call_limit() * (kLimitsUntilHarm + 2));
  if (!server.was_subscribed_to()) server.decline("the client subscribes to nothing");
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
