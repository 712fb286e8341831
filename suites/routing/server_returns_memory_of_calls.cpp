// SPDX-License-Identifier: Apache-2.0
// A call gives its memory back.

#include "harness/judge/resources.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kBatches = 8;  // The first is the warm-up.
constexpr int kCalls = 30;    // Per batch.

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.open_session();
  client.mark(kCallsPerBatch, std::to_string(kCalls));
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int call = 0; call < kCalls; ++call) client.await_answer(client.ask_for_result());
    client.sample(std::string(kBatchLabel) + std::to_string(batch));
  }
}

}  // namespace

Scenario routing_server_returns_memory_of_calls() {
  return Scenario{{
      .id = "routing.server_returns_memory_of_calls",
      .question = "Does memory not grow with each call?",
      .covers = {},
      .drive = &drive,
      .checks = {memory_does_not_grow()},
      .catches = {server_fault::kLeaksMemory},
      .spares = {server_oddity::kMemoryCache},
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
