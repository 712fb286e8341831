// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: a call that its client cancels by closing the stream gives its memory back.

#include "harness/judge/left_calls.h"
#include "harness/judge/resources.h"
#include "harness/judge/service.h"
#include "harness/peer/memory_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  leave_calls_until_memory_settles(client, Leave::kByClosing);
}

}  // namespace

Scenario routing_stateless_server_returns_memory_of_cancelled_calls() {
  return Scenario{{
      .id = "routing.stateless_server_returns_memory_of_cancelled_calls",
      .question = "Does memory not grow with each call that was cancelled by closing?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {memory_does_not_grow(), still_serves(req::kOneResponse),
                 calls_are_left_under_way()},
      .catches = {server_fault::kLeaksMemoryPerAbort, server_fault::kKeepsSlotsOfAborted},
      // Not kFillsHeapFirst: a program without a collector, as the reference server is, does not.
      .spares = {server_oddity::kKeepsDescriptorCache},
      .era = Era::kStateless,
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
