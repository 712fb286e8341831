// SPDX-License-Identifier: Apache-2.0
// Of two sessions one is ended by DELETE: the other one goes on.

#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  const SessionNumber other = client.open_session();
  const SessionNumber session = client.open_session();
  if (!client.has_session_id(session)) client.decline("the server keeps no sessions");
  client.await_answer(client.ask_for_result({.session = other}));
  if (!client.is_accepted(client.delete_session(session))) {
    client.decline("the server did not accept DELETE: clients may not end its sessions");
  }
  client.mark(kMarkAfterwards, "the DELETE of another session");
  client.watch_answer(client.ask_for_result({.session = other}), kWatchServed);
}

}  // namespace

Scenario routing_server_ends_only_deleted_session() {
  return Scenario{{
      .id = "routing.server_ends_only_deleted_session",
      .question = "Does DELETE end its own session only?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {still_serves(req::kOneResponse)},
      .catches = {server_fault::kDeleteEndsAll},
      .spares = {server_oddity::kNoDelete, server_oddity::kNoSession,
                 server_oddity::kShortSessionIds, server_oddity::kDeletesLater},
  }};
}

}  // namespace tailrace::suites
