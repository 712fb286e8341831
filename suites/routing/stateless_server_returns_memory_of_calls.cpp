// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: a request gives its memory back, whether it is served or refused.

#include "harness/judge/resources.h"
#include "harness/judge/routing.h"
#include "harness/judge/service.h"
#include "harness/peer/memory_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
Scenario routing_stateless_server_returns_memory_of_calls() {
  return Scenario{{
      .id = "routing.stateless_server_returns_memory_of_calls",
      .question = "Does memory not grow with each request without a session?",
      .covers = {req::kOneResponse},
      .drive = &call_until_memory_settles,
      .checks = {memory_does_not_grow(), every_request_is_answered(req::kOneResponse),
                 goes_on_serving()},
      .catches = {server_fault::kLeaksMemory, server_fault::kLeaksMemoryPerNotification,
                  server_fault::kLosesOneAnswer, server_fault::kRefusesAfterMany},
      .spares = {server_oddity::kMemoryCache, server_oddity::kFillsHeapFirst},
      .era = Era::kStateless,
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
