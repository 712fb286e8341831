// SPDX-License-Identifier: Apache-2.0
// Errors come another way than Results: none of them waits for our kernel's delayed ACK either.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  ask_in_turns(client, [&](ConnectionId on) { return client.ask_for_error(0, {.on = on}); });
}

}  // namespace

Scenario delayed_ack_server_refuses_without_stall() {
  return Scenario{{
      .id = "delayed_ack.server_refuses_without_stall",
      .question = "Does no Error on a reused connection wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleTwoWritesOfErrors},
      .spares = {server_oddity::kErrorsAsIsError, server_oddity::kNagleOneWrite},
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
