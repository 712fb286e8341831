// SPDX-License-Identifier: Apache-2.0
// The response came, its stream never ends: the call returns, and closing the client does not wait
// for the stream.

#include "harness/judge/calls.h"
#include "harness/judge/leaving.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  server.start_client(1);
  const StreamId call = server.await_call();
  server.send_head(call);
  server.send_result(call, false);
  server.watch_exit(server.call_limit() * (kLimitsUntilHarm + 2));
}

}  // namespace

Scenario drain_client_leaves_beside_open_stream() {
  return Scenario{{
      .id = "drain.client_leaves_beside_open_stream",
      .question = "Does the client leave though a stream is still open?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_without_terminator(), client_leaves()},
      .catches = {client_fault::kWaitsForStreamsAtClose},
      .spares = {client_oddity::kClosesAfterResponseQuickly, client_oddity::kNoDelete},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
