// SPDX-License-Identifier: Apache-2.0
// Each resume of a broken stream is answered by a reset: the client gives up in the end, its call
// returns, and no storm of requests comes.

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
  fail_resumes(server, [&](StreamId get) { server.reset_connection(get); });
}

}  // namespace

Scenario stream_closure_client_survives_reset_resumes() {
  return Scenario{{
      .id = "stream_closure.client_survives_reset_resumes",
      .question = "Does the client give up when its resumes are reset?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_after_failed_resume(), resumes_in_bounds(),
                 convicts(request_ids_are_unique(req::kRequestIdsAreUnique))},
      .catches = {client_fault::kResumesWithoutEnd, client_fault::kGivesUpOnlyByLimit},
      .spares = {client_oddity::kResumesOnce, client_oddity::kOpensListeningGet},
  }};
}

}  // namespace tailrace::suites
