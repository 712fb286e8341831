// SPDX-License-Identifier: Apache-2.0
// DELETE is answered with 405, as servers may whose sessions end by themselves: the client takes it
// for an answer.

#include "harness/judge/leaving.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kMost = 60;  // Far more than a storm has.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.claim_deletes();
  server.start_client(1);
  server.answer_with_result(server.await_call());
  for (int refused = 0; refused < kMost; ++refused) {
    const auto erased = server.watch_delete(kLeaves);
    if (!erased && refused == 0) server.decline("the client ends its session without DELETE");
    if (!erased) return;
    server.refuse_get(*erased);
  }
}

}  // namespace

Scenario routing_client_leaves_after_refused_delete() {
  return Scenario{{
      .id = "routing.client_leaves_after_refused_delete",
      .question = "Does the client leave when its DELETE is refused with 405?",
      .covers = {},
      .drive = &drive,
      .checks = {client_leaves(), deletes_in_bounds()},
      .catches = {client_fault::kRepeatsDelete},
      .spares = {client_oddity::kNoDelete, client_oddity::kNewConnectionPerCall},
  }};
}

}  // namespace tailrace::suites
