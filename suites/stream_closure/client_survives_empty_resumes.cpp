// SPDX-License-Identifier: Apache-2.0
// Each resume of a broken stream is answered by an empty stream: the client gives up in the end,
// its call returns, and no storm of requests comes.

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
  fail_resumes(server, [&](StreamId get) {
    server.send_bare_head(get);
    server.send_end(get);
  });
}

}  // namespace

Scenario stream_closure_client_survives_empty_resumes() {
  return Scenario{{
      .id = "stream_closure.client_survives_empty_resumes",
      .question = "Does the client give up when resumed streams stay empty?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_after_failed_resume(), resumes_in_bounds(),
                 convicts(request_ids_are_unique(req::kRequestIdsAreUnique))},
      .catches = {client_fault::kResumesWithoutEnd},
      .spares = {client_oddity::kResumesOnce, client_oddity::kOpensListeningGet},
  }};
}

}  // namespace tailrace::suites
