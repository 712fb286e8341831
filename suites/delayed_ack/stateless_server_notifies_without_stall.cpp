// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: notifications before a Result, each written by itself: none waits for a delayed ACK.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  ask_in_turns(client, [&](ConnectionId on) {
    return client.ask_tool(&AllowedTools::chatty, {.on = on});
  });
}

}  // namespace

Scenario delayed_ack_stateless_server_notifies_without_stall() {
  return Scenario{{
      .id = "delayed_ack.stateless_server_notifies_without_stall",
      .question = "Does no burst of notifications of 2026-07-28 wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleEachEvent},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kHeadWithFirstEvent},
      .era = Era::kStateless,
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
