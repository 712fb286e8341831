// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: what the server opens for a request is closed when that is done, also a refused one.

#include "harness/judge/resources.h"
#include "harness/peer/call_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {

Scenario routing_stateless_server_returns_sockets_and_descriptors() {
  return Scenario{{
      .id = "routing.stateless_server_returns_sockets_and_descriptors",
      .question = "Are sockets and descriptors back where they were, without sessions too?",
      .covers = {},
      .drive = &call_in_batches,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{})},
      .catches = {server_fault::kLeaksSocket, server_fault::kLeaksDescriptor,
                  server_fault::kLeaksPerNotifyingCall, server_fault::kLeaksPerRefusal,
                  server_fault::kLeaksPerRound},
      .spares = {server_oddity::kKeepsDescriptorCache, server_oddity::kClosesLate},
      .era = Era::kStateless,
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
