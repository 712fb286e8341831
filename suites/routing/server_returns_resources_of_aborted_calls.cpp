// SPDX-License-Identifier: Apache-2.0
// A call whose client left in mid stream leaves nothing behind once its handler is done.

#include "harness/judge/left_calls.h"
#include "harness/judge/resources.h"
#include "harness/peer/call_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {

Scenario routing_server_returns_resources_of_aborted_calls() {
  return Scenario{{
      .id = "routing.server_returns_resources_of_aborted_calls",
      .question = "Do calls whose client left leave sockets or descriptors behind?",
      .covers = {},
      .drive = &leave_calls_in_batches,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{}),
                 calls_are_left_under_way()},
      .catches = {server_fault::kLeaksPerAbort},
      .spares = {server_oddity::kKeepsDescriptorCache},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
