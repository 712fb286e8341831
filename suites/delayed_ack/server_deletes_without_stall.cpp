// SPDX-License-Identifier: Apache-2.0
// Sessions opened and deleted on one connection: neither answer waits for a delayed ACK.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  ask_in_turns(client, [&](ConnectionId on) {
    const SessionNumber session = client.open_session();
    if (!client.has_session_id(session)) client.decline("the server gives no session ids");
    return client.delete_session(session, client.is_usable(on) ? on : ConnectionId{});
  });
}

}  // namespace

Scenario delayed_ack_server_deletes_without_stall() {
  return Scenario{{
      .id = "delayed_ack.server_deletes_without_stall",
      .question = "Does no answer to DELETE on a reused connection wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleSplitsReplies},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kNoDelete,
                 server_oddity::kNoSession},
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
