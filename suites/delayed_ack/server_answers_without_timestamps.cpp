// SPDX-License-Identifier: Apache-2.0
// Without TCP timestamps segments are 12 bytes longer, and fewer things hide a stall.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const ConnectionId plain = client.open_connection({.timestamps = false});
  ask_in_turns(client, [&](ConnectionId on) { return client.ask_for_result({.on = on}); }, plain);
}

}  // namespace

Scenario delayed_ack_server_answers_without_timestamps() {
  return Scenario{{
      .id = "delayed_ack.server_answers_without_timestamps",
      .question = "Does no answer wait for a delayed ACK where TCP timestamps are off?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleTwoWrites},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kThinks40Ms},
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
