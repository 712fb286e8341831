// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: nothing of a request outlives its response, its id in a table neither.

#include "harness/judge/retention.h"
#include "harness/peer/finished_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {

Scenario routing_stateless_server_forgets_finished_calls() {
  return Scenario{{
      .id = "routing.stateless_server_forgets_finished_calls",
      .question = "Does a server let go of the id of a call when the call is done?",
      .covers = {},
      .drive = &search_for_finished_requests,
      .checks = {finished_calls_are_let_go()},
      .catches = {server_fault::kKeepsRequestIds, server_fault::kKeepsFailedCalls},
      .spares = {server_oddity::kFillsHeapFirst},
      .era = Era::kStateless,
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
