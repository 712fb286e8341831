// SPDX-License-Identifier: Apache-2.0
// An Error is as terminal as a Result for a client too: it does not ask for the stream's rest.

#include "harness/judge/resume.h"
#include "harness/peer/resumes.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  await_resume_after(server, [&](StreamId call) { server.answer_with_error(call); });
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
