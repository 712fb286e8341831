// SPDX-License-Identifier: Apache-2.0
// DELETE is never answered: closing the client is bounded all the same.

#include "harness/judge/leaving.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ServerDriver& server) {
  server.claim_deletes();
  server.start_client(1);
  server.answer_with_result(server.await_call());
  const bool deletes = server.watch_delete(server.until_harm()).has_value();
  if (!deletes) server.decline("the client ends its session without DELETE");
  server.watch_exit(server.until_harm());
}

}  // namespace

Scenario drain_client_leaves_beside_unanswered_delete() {
  return Scenario{{
      .id = "drain.client_leaves_beside_unanswered_delete",
      .question = "Does the client leave though its DELETE is not answered?",
      .covers = {},
      .drive = &drive,
      .checks = {client_leaves()},
      .catches = {client_fault::kWaitsForDelete},
      .spares = {client_oddity::kNoDelete, client_oddity::kNewConnectionPerCall},
  }};
}

}  // namespace tailrace::suites
