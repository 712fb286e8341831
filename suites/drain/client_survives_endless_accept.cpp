// SPDX-License-Identifier: Apache-2.0
// A 202 comes with a body that never ends: its status says all there is, and the client goes on.

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.leave_accepts_open();
  server.start_client(1);
  const auto call = server.watch_call(server.until_harm());
  if (!call) return;  // It waits for the body: the checks tell.
  server.answer_with_result(*call);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario drain_client_survives_endless_accept() {
  return Scenario{{
      .id = "drain.client_survives_endless_accept",
      .question = "Does the client go on when the body of a 202 never ends?",
      .covers = {},
      .drive = &drive,
      .checks = {calls_go_on_beside_endless_accept()},
      .catches = {client_fault::kReadsAcceptsForever},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kNoDelete},
  }};
}

}  // namespace tailrace::suites
