// SPDX-License-Identifier: Apache-2.0
// What a server kept to route a response goes with the response: an entry of a table by request id
// is too small to show in the size of its memory, so it is looked for there.

#include "harness/judge/retention.h"
#include "harness/peer/finished_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {

Scenario routing_server_forgets_finished_calls() {
  return Scenario{{
      .id = "routing.server_forgets_finished_calls",
      .question = "Does a server let go of the id of a call when the call is done?",
      .covers = {},
      .drive = &search_for_finished_calls,
      .checks = {finished_calls_are_let_go()},
      .catches = {server_fault::kKeepsRequestIds, server_fault::kKeepsFailedCalls,
                  server_fault::kKeepsRequests, server_fault::kKeepsIdsOfForgotten},
      .spares = {server_oddity::kNoEventIds, server_oddity::kFillsHeapFirst,
                 server_oddity::kRefusesResume, server_oddity::kForgetsFinished},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
