// SPDX-License-Identifier: Apache-2.0
// An Error is as terminal as a Result for a client too: it does not ask for the stream's rest.

#include "harness/judge/resume.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kRetry{100};  // Short, so that a resume shows soon.
constexpr Millis kLinger = kRetry + kResumePatience + Millis(500);
constexpr Millis kLeaves{10000};  // The linger, and the client's own shut-down.

void drive(ServerDriver& server) {
  server.use_event_ids(true, kRetry);
  server.start_client(1, kLinger);
  server.answer_with_error(server.await_call());
  server.await_exit(kLinger + kLeaves);
}

}  // namespace

Scenario error_terminal_client_does_not_resume_after_error() {
  return Scenario{{
      .id = "error_terminal.client_does_not_resume_after_error",
      .question = "Does the client leave a stream alone once it has the Error?",
      .covers = {req::kResumeAfterDisconnect},
      .drive = &drive,
      .checks = {does_not_resume_after(Final::kError, req::kResumeAfterDisconnect)},
      .catches = {client_fault::kResumesAfterError},
      .spares = {client_oddity::kOpensListeningGet, client_oddity::kReconnectsListeningGet},
  }};
}

}  // namespace tailrace::suites
