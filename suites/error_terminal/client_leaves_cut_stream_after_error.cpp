// SPDX-License-Identifier: Apache-2.0
// A stream breaks off behind its Error and before the end of its body: the client has what it asked
// for, and does not ask for the rest.

#include "harness/judge/calls.h"
#include "harness/judge/resume.h"
#include "harness/peer/resumes.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  await_resume_after(server, [&](StreamId call) {
    server.send_head(call);
    server.send_error(call, false);
    server.close_connection(call);
  });
}

}  // namespace

Scenario error_terminal_client_leaves_cut_stream_after_error() {
  return Scenario{{
      .id = "error_terminal.client_leaves_cut_stream_after_error",
      .question = "Does the client leave a stream alone that breaks off behind its Error?",
      .covers = {req::kResumeAfterDisconnect},
      .drive = &drive,
      .checks = {does_not_resume_after(Final::kError, req::kResumeAfterDisconnect)},
      .catches = {client_fault::kResumesAfterCutResult},
      .spares = {client_oddity::kOpensListeningGet, client_oddity::kReconnectsListeningGet},
  }};
}

}  // namespace tailrace::suites
