// SPDX-License-Identifier: Apache-2.0
// A stream that was resumed leaves nothing behind.

#include "harness/judge/resources.h"
#include "harness/judge/service.h"
#include "harness/peer/call_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {

Scenario routing_server_returns_resources_of_resumes() {
  return Scenario{{
      .id = "routing.server_returns_resources_of_resumes",
      .question = "Do resumed streams leave sockets or descriptors behind?",
      .covers = {req::kOneResponse},
      .drive = &resume_in_batches,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{}),
                 still_serves(req::kOneResponse)},
      .catches = {server_fault::kLeaksPerResume, server_fault::kKeepsSlotsOfResumes},
      .spares = {server_oddity::kKeepsDescriptorCache, server_oddity::kRefusesResume,
                 server_oddity::kNoEventIds, server_oddity::kClosesLate},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
