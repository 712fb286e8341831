// SPDX-License-Identifier: Apache-2.0
// No answer on a reused connection waits for our kernel's delayed ACK (rust-sdk #789).

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

Scenario delayed_ack_server_answers_without_stall() {
  return Scenario{{
      .id = "delayed_ack.server_answers_without_stall",
      .question = "Does no answer on a reused connection wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleTwoWrites, server_fault::kNagleThreeWrites},
      .spares = {server_oddity::kThinks40Ms, server_oddity::kNagleOneWrite,
                 server_oddity::kForgetsCork, server_oddity::kThrottled},
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
