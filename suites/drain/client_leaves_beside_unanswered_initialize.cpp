// SPDX-License-Identifier: Apache-2.0
// The server never answers initialize. A client that gives up leaves, and cancels nothing.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/opening.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  if (!server.counts_calls()) server.decline("no limit of its own is told for this client");
  server.leave_initialize_open();
  server.start_client(1);
  server.await_initialize();
  // Its own limit, and three more until it should have left.
  server.watch_exit(server.call_limit() * (kLimitsUntilHarm + 2));
}

}  // namespace

Scenario drain_client_leaves_beside_unanswered_initialize() {
  return Scenario{{
      .id = "drain.client_leaves_beside_unanswered_initialize",
      .question = "Does a client that gives up its initialize leave, without cancelling it?",
      .covers = {req::kInitializeIsNotCancelled},
      .drive = &drive,
      .checks = {initialize_is_not_cancelled(req::kInitializeIsNotCancelled),
                 leaves_after_giving_up()},
      .catches = {client_fault::kCancelsInitialize, client_fault::kHangsUnconnected},
      .spares = {client_oddity::kWaitsForInitialize, client_oddity::kStringRequestIds},
  }};
}

}  // namespace tailrace::suites
