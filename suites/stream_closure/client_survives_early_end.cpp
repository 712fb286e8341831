// SPDX-License-Identifier: Apache-2.0
// The stream ends without a response, and there is no event id to resume from: the call returns.

#include "harness/judge/calls.h"
#include "harness/judge/invented_results.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  server.use_event_ids(false, Millis(0));  // With an id a client should resume: another question.
  server.start_client(1);
  const StreamId call = server.await_call();
  server.send_head(call);
  server.send_end(call);
  server.watch_return(call, server.until_harm());
}

}  // namespace

Scenario stream_closure_client_survives_early_end() {
  return Scenario{{
      .id = "stream_closure.client_survives_early_end",
      .question = "Does a call return when its stream ended without a response?",
      .covers = {req::kRequestIdsAreUnique},
      .drive = &drive,
      .checks = {call_returns_after_early_end(), failures_are_no_results(),
                 request_ids_are_unique(req::kRequestIdsAreUnique)},
      .catches = {client_fault::kHangsOnEarlyEnd, client_fault::kGivesUpOnlyByLimit,
                  client_fault::kTakesFailuresForResults},
      .spares = {client_oddity::kNewConnectionPerCall},
  }};
}

}  // namespace tailrace::suites
