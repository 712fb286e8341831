// SPDX-License-Identifier: Apache-2.0
// A stream that carried its Result is over: the client does not ask for its rest.

#include "harness/judge/resume.h"
#include "harness/peer/resumes.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::string_view kEventWithRetry = "id: last\nretry: 100\ndata: %s\n\n";

void drive(ServerDriver& server) {
  int calls = 0;
  await_resume_after(server, [&](StreamId call) {
    if (++calls != 2) return server.answer_with_result(call);
    server.send_head(call);
    server.send_filled(call, kEventWithRetry, server.result_for(call));
    server.send_end(call);
  });
}

}  // namespace

Scenario drain_client_does_not_resume_after_result() {
  return Scenario{{
      .id = "drain.client_does_not_resume_after_result",
      .question = "Does the client leave a stream alone once it has the Result?",
      .covers = {req::kResumeAfterDisconnect},
      .drive = &drive,
      .checks = {does_not_resume_after(Final::kResult, req::kResumeAfterDisconnect)},
      .catches = {client_fault::kResumesAfterResult, client_fault::kResumesAfterThirdResult,
                  client_fault::kResumesAfterRetry},
      .spares = {client_oddity::kOpensListeningGet, client_oddity::kReconnectsListeningGet,
                 client_oddity::kNoDelete},
  }};
}

}  // namespace tailrace::suites
