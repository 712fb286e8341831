// SPDX-License-Identifier: Apache-2.0
// A call that was cancelled leaves nothing behind.

#include "harness/judge/left_calls.h"
#include "harness/judge/resources.h"
#include "harness/peer/call_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {

Scenario routing_server_returns_resources_of_cancelled_calls() {
  return Scenario{{
      .id = "routing.server_returns_resources_of_cancelled_calls",
      .question = "Do calls that were cancelled leave sockets or descriptors behind?",
      .covers = {},
      .drive = &cancel_calls_in_batches,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{}),
                 calls_are_left_under_way()},
      .catches = {server_fault::kLeaksPerCancel},
      .spares = {server_oddity::kKeepsDescriptorCache, server_oddity::kErrorForCancelled},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
