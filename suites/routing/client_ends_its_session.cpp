// SPDX-License-Identifier: Apache-2.0
// A client that is done ends its session by DELETE, where it says that it closes.

#include <algorithm>

#include "harness/judge/after_answers.h"
#include "harness/judge/leaving.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLeaves{10000};  // The client's own shut-down included.

void drive(ServerDriver& server) {
  server.start_client(1);
  server.answer_with_result(server.await_call());
  server.watch_exit(std::max(kLeaves, server.until_harm()));
}

}  // namespace

Scenario routing_client_ends_its_session() {
  return Scenario{{
      .id = "routing.client_ends_its_session",
      .question = "Does the client end its session?",
      .covers = {req::kClientEndsSession},
      .drive = &drive,
      .checks = {session_is_deleted(req::kClientEndsSession), client_leaves(),
                 deletes_in_bounds(), client_exits_in_order(), nothing_follows_delete()},
      .catches = {client_fault::kNeverDeletes, client_fault::kRepeatsDelete,
                  client_fault::kExitsWithOne, client_fault::kNeverExits,
                  client_fault::kGoesOnAfterDelete},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kOpensListeningGet},
  }};
}

}  // namespace tailrace::suites
