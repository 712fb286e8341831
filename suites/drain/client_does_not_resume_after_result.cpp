// SPDX-License-Identifier: Apache-2.0
// A stream that carried its Result is over: the client does not ask for its rest.

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
  server.answer_with_result(server.await_call());
  server.await_exit(kLinger + kLeaves);
}

}  // namespace

Scenario drain_client_does_not_resume_after_result() {
  return Scenario{{
      .id = "drain.client_does_not_resume_after_result",
      .question = "Does the client leave a stream alone once it has the Result?",
      .covers = {req::kResumeAfterDisconnect},
      .drive = &drive,
      .checks = {does_not_resume_after(Final::kResult, req::kResumeAfterDisconnect)},
      .catches = {client_fault::kResumesAfterResult},
      .spares = {client_oddity::kOpensListeningGet, client_oddity::kReconnectsListeningGet,
                 client_oddity::kNoDelete},
  }};
}

}  // namespace tailrace::suites
