// SPDX-License-Identifier: Apache-2.0
// Twenty requests on one connection, each answer read to its end: none may wait for a delayed ACK.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  ask_in_turns(client, [&](ConnectionId on) { return client.ask_for_result({.on = on}); });
}

}  // namespace

Scenario delayed_ack_stateless_server_answers_without_stall() {
  return Scenario{{
      .id = "delayed_ack.stateless_server_answers_without_stall",
      .question = "Does no answer of 2026-07-28 on a reused connection wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleTwoWrites},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kThinks40Ms},
      .era = Era::kStateless,
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
