// SPDX-License-Identifier: Apache-2.0
// A call gives its memory back, whether it is served or refused.

#include "harness/judge/resources.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/service.h"
#include "harness/judge/threads.h"
#include "harness/peer/memory_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
Scenario routing_server_returns_memory_of_calls() {
  return Scenario{{
      .id = "routing.server_returns_memory_of_calls",
      .question = "Does memory not grow with each call?",
      .covers = {req::kStreamBringsResponse},
      .drive = &call_until_memory_settles,
      .checks = {memory_does_not_grow(), threads_do_not_grow(),
                 streams_bring_their_response(req::kStreamBringsResponse), goes_on_serving()},
      .catches = {server_fault::kLeaksMemory, server_fault::kLeaksMemoryPerNotification,
                  server_fault::kLosesOneAnswer, server_fault::kRefusesAfterMany,
                  server_fault::kLeaksThread},
      .spares = {server_oddity::kMemoryCache, server_oddity::kFillsHeapFirst},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
