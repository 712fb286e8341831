// SPDX-License-Identifier: Apache-2.0
// A resume is answered by 409: the client does not ask for ever, and its call returns.

#include "harness/judge/calls.h"
#include "harness/judge/law.h"
#include "harness/judge/resume.h"
#include "harness/judge/routing.h"
#include "harness/peer/resumes.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  fail_resumes(server, [&](StreamId get) { server.respond(get, 409, {}, ""); });
}

}  // namespace

Scenario error_terminal_client_survives_refused_resume() {
  return Scenario{{
      .id = "error_terminal.client_survives_refused_resume",
      .question = "Does the client give up when a resume is answered by 409?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_after_failed_resume(), resumes_in_bounds(),
                 convicts(request_ids_are_unique(req::kRequestIdsAreUnique))},
      .catches = {client_fault::kResumesWithoutEnd, client_fault::kGivesUpOnlyByLimit,
                  client_fault::kPostsAgainAfterCut},
      .spares = {client_oddity::kResumesOnce, client_oddity::kOpensListeningGet},
  }};
}

}  // namespace tailrace::suites
