// SPDX-License-Identifier: Apache-2.0
// Each resume of a broken stream is answered by a reset: the client gives up in the end, its call
// returns, and no storm of requests comes.

#include "harness/judge/calls.h"
#include "harness/judge/resume.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kRetry{500};  // A client that keeps to it is slow enough.
constexpr Millis kLinger = kRetry * 2 + Millis(200);  // Long enough for a resume too many.
constexpr int kMostGets = static_cast<int>(kStormResumes) + 2;

void drive(ServerDriver& server) {
  server.use_event_ids(true, kRetry);
  server.claim_gets();
  server.start_client(1, kLinger);
  const StreamId call = server.await_call();
  server.send_head(call);
  server.send_message(call, server.ping());  // With an id, also where no priming event has one.
  server.send_end(call);
  server.answer_resumes(kMostGets, [&](StreamId get) {
    server.reset_connection(get);
  });
}

}  // namespace

Scenario stream_closure_client_survives_reset_resumes() {
  return Scenario{{
      .id = "stream_closure.client_survives_reset_resumes",
      .question = "Does the client give up when its resumes are reset?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_after_failed_resume(), resumes_in_bounds()},
      .catches = {client_fault::kResumesWithoutEnd},
      .spares = {client_oddity::kResumesOnce, client_oddity::kOpensListeningGet},
  }};
}

}  // namespace tailrace::suites
