// SPDX-License-Identifier: Apache-2.0
// Twenty requests on one connection, each answer read to its end: none may wait for a delayed ACK.

#include "harness/judge/stall.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kRounds = 4;
constexpr int kCallsPerRound = 5;  // 20 calls back to back on each connection, in turns.

void call(ClientDriver& client, ConnectionId connection) {
  for (int i = 0; i < kCallsPerRound; ++i) {
    const bool kept = client.is_usable(connection);
    client.await_answer(client.ask_for_result({.on = kept ? connection : ConnectionId{}}));
  }
}

void drive(ClientDriver& client) {
  client.open_session();
  const ConnectionId plain = client.open_connection();
  const ConnectionId control = client.open_connection({.quick_ack = true});
  for (int round = 0; round < kRounds; ++round) {
    call(client, plain);
    call(client, control);  // The same calls where no ACK is delayed: nothing can be held.
  }
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
