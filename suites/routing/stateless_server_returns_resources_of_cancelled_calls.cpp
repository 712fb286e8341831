// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: a client that closes the stream of a call cancels it; nothing stays of such calls.

#include "harness/judge/left_calls.h"
#include "harness/judge/resources.h"
#include "harness/peer/call_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {

Scenario routing_stateless_server_returns_resources_of_cancelled_calls() {
  return Scenario{{
      .id = "routing.stateless_server_returns_resources_of_cancelled_calls",
      .question = "Do calls that were cancelled by closing leave sockets or descriptors behind?",
      .covers = {},
      .drive = &leave_calls_in_batches,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{}),
                 calls_are_left_under_way()},
      .catches = {server_fault::kLeaksPerAbort},
      .spares = {server_oddity::kKeepsDescriptorCache},
      .era = Era::kStateless,
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
