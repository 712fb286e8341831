// SPDX-License-Identifier: Apache-2.0
// A resume is answered by 409: the client does not ask for ever, and its call returns.

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
    server.respond(get, 409, {}, "");
  });
}

}  // namespace

Scenario error_terminal_client_survives_refused_resume() {
  return Scenario{{
      .id = "error_terminal.client_survives_refused_resume",
      .question = "Does the client give up when a resume is answered by 409?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_after_failed_resume(), resumes_in_bounds()},
      .catches = {client_fault::kResumesWithoutEnd},
      .spares = {client_oddity::kResumesOnce, client_oddity::kOpensListeningGet},
  }};
}

}  // namespace tailrace::suites
