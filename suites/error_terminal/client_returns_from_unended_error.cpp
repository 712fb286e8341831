// SPDX-License-Identifier: Apache-2.0
// The Error came, and the body of its stream never ends: the call returns all the same.

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  server.start_client(1);
  const StreamId call = server.await_call();
  server.send_head(call);
  server.send_error(call, false);
  server.watch_return(call, server.until_harm());
}

}  // namespace

Scenario error_terminal_client_returns_from_unended_error() {
  return Scenario{{
      .id = "error_terminal.client_returns_from_unended_error",
      .question = "Does a call return when its Error came but the body never ends?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_without_terminator()},
      .catches = {client_fault::kWaitsForEndOfErrors, client_fault::kWaitsForTerminator},
      .spares = {client_oddity::kClosesAfterResponseQuickly},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
