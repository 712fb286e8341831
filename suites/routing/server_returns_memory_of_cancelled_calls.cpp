// SPDX-License-Identifier: Apache-2.0
// A call that was cancelled gives its memory back.

#include "harness/judge/left_calls.h"
#include "harness/judge/resources.h"
#include "harness/judge/service.h"
#include "harness/peer/memory_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  leave_calls_until_memory_settles(client, Leave::kByCancel);
}

}  // namespace

Scenario routing_server_returns_memory_of_cancelled_calls() {
  return Scenario{{
      .id = "routing.server_returns_memory_of_cancelled_calls",
      .question = "Does memory not grow with each call that was cancelled?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {memory_does_not_grow(), still_serves(req::kOneResponse),
                 calls_are_left_under_way()},
      .catches = {server_fault::kLeaksMemoryPerCancel, server_fault::kKeepsSlotsOfCancelled},
      .spares = {server_oddity::kErrorForCancelled},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
