// SPDX-License-Identifier: Apache-2.0
// What the server opens for a call is closed when the call is done, also when we leave first.

#include "harness/judge/resources.h"
#include "harness/peer/call_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {

Scenario routing_server_returns_sockets_and_descriptors() {
  return Scenario{{
      .id = "routing.server_returns_sockets_and_descriptors",
      .question = "Are sockets and descriptors back where they were when calls are done?",
      .covers = {},
      .drive = &call_in_batches,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{})},
      .catches = {server_fault::kLeaksSocket, server_fault::kLeaksDescriptor,
                  server_fault::kLeaksPerNotifyingCall},
      .spares = {server_oddity::kKeepsDescriptorCache, server_oddity::kClosesLate},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
