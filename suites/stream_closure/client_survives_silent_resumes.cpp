// SPDX-License-Identifier: Apache-2.0
// The stream of a call breaks off, and the one that resumes it stays open and silent: the call ends
// by its limit all the same.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/resume.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kRetry{100};

void drive(ServerDriver& server) {
  if (!server.counts_calls()) server.decline("the client's own limit of a call is not known");
  server.use_event_ids(true, kRetry);
  server.claim_gets();
  server.start_client(1);
  const StreamId call = server.await_call();
  server.send_head(call);
  server.send_message(call, server.ping());  // With an id, also where no priming event has one.
  server.send_end(call);
  const Millis patience = server.until_harm();
  const auto get = server.watch_get(patience);
  if (!get) return;
  server.send_bare_head(*get);
  server.watch_return(call, patience);
}

}  // namespace

Scenario stream_closure_client_survives_silent_resumes() {
  return Scenario{{
      .id = "stream_closure.client_survives_silent_resumes",
      .question = "Does a call end by its limit when its resumed stream stays silent?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_after_failed_resume()},
      .catches = {client_fault::kResumesWithoutLimit},
      .spares = {client_oddity::kResumesOnce, client_oddity::kOpensListeningGet},
  }};
}

}  // namespace tailrace::suites
