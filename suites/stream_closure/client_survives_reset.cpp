// SPDX-License-Identifier: Apache-2.0
// A reset cuts the stream before its response, and there is no event id to resume from: the call
// returns.

#include "harness/judge/calls.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  server.use_event_ids(false, Millis(0));
  server.start_client(1);
  const StreamId call = server.await_call();
  server.send_head(call);
  server.stay_connected(Millis(50));  // The head is read before the reset discards it.
  server.reset_connection(call);
  server.watch_return(call, server.until_harm());
}

}  // namespace

Scenario stream_closure_client_survives_reset() {
  return Scenario{{
      .id = "stream_closure.client_survives_reset",
      .question = "Does a call return when its stream was reset without a response?",
      .covers = {req::kRequestIdsAreUnique},
      .drive = &drive,
      .checks = {call_returns_after_early_end(),
                 request_ids_are_unique(req::kRequestIdsAreUnique)},
      .catches = {client_fault::kHangsOnEarlyEnd, client_fault::kGivesUpOnlyByLimit},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
  }};
}

}  // namespace tailrace::suites
