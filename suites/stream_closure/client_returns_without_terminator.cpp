// SPDX-License-Identifier: Apache-2.0
// The response came, the body never ends: the call returns all the same.

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  server.start_client(1);
  const StreamId call = server.await_call();
  server.send_head(call);
  server.send_result(call, false);
  server.watch_return(call, server.until_harm());
}

}  // namespace

Scenario stream_closure_client_returns_without_terminator() {
  return Scenario{{
      .id = "stream_closure.client_returns_without_terminator",
      .question = "Does a call return when its response came but the body never ends?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_without_terminator()},
      .catches = {client_fault::kWaitsForTerminator, client_fault::kLosesWithoutTerminator},
      .spares = {client_oddity::kClosesAfterResponseQuickly},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
