// SPDX-License-Identifier: Apache-2.0
// The connection is closed in the middle of an event: no chunk, no event and no response is
// complete, and the call returns.

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
  server.send_half_chunk(call, "event: message\ndata: " + server.result_for(call) + "\n\n");
  server.stay_connected(Millis(50));  // Two writes for the reader, too.
  server.close_connection(call);
  server.watch_return(call, server.until_harm());
}

}  // namespace

Scenario stream_closure_client_survives_cut_body() {
  return Scenario{{
      .id = "stream_closure.client_survives_cut_body",
      .question = "Does a call return when its connection is closed inside an event?",
      .covers = {req::kRequestIdsAreUnique},
      .drive = &drive,
      .checks = {call_returns_after_early_end(),
                 request_ids_are_unique(req::kRequestIdsAreUnique)},
      .catches = {client_fault::kHangsOnEarlyEnd, client_fault::kGivesUpOnlyByLimit},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
