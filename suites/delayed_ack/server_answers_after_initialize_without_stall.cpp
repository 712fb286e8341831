// SPDX-License-Identifier: Apache-2.0
// Calls on the connection that initialize came on, as most clients make them.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr StreamId kInitialize{1};  // The first that is sent.

void drive(ClientDriver& client) {
  client.open_session();
  const ConnectionId first = client.connection_of(kInitialize);
  if (!client.is_usable(first)) client.decline("the connection of initialize is not kept");
  ask_in_turns(client, [&](ConnectionId on) { return client.ask_for_result({.on = on}); }, first);
}

}  // namespace

Scenario delayed_ack_server_answers_after_initialize_without_stall() {
  return Scenario{{
      .id = "delayed_ack.server_answers_after_initialize_without_stall",
      .question = "Does no answer on the connection of initialize wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleTwoWrites},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kCloseDelimited},
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
