// SPDX-License-Identifier: Apache-2.0
// A listening stream that its client closed gives its memory back.

#include "harness/judge/resources.h"
#include "harness/peer/memory_batches.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
Scenario routing_server_returns_memory_of_closed_gets() {
  return Scenario{{
      .id = "routing.server_returns_memory_of_closed_gets",
      .question = "Does memory not grow with each listening stream that was closed?",
      .covers = {},
      .drive = &listen_until_memory_settles,
      .checks = {memory_does_not_grow()},
      .catches = {server_fault::kLeaksMemoryPerGet},
      .spares = {server_oddity::kOneListener, server_oddity::kNoGet},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
