// SPDX-License-Identifier: Apache-2.0
// The body of a refusal never ends: the status tells that the call has failed, and it returns, by
// its own limit at the latest.

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  server.start_client(1);
  const StreamId call = server.await_call();
  server.send_endless_refusal(call, 500);
  server.watch_return(call, server.call_limit() * (kLimitsUntilHarm + 1));
}

}  // namespace

Scenario error_terminal_client_survives_endless_refusal() {
  return Scenario{{
      .id = "error_terminal.client_survives_endless_refusal",
      .question = "Does a refused call return though its body never ends?",
      .covers = {},
      .drive = &drive,
      .checks = {refused_calls_return()},
      .catches = {client_fault::kReadsErrorBodiesForever, client_fault::kHangsOnRefusal},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
  }};
}

}  // namespace tailrace::suites
