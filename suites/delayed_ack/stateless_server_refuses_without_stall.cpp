// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: what is refused comes with 404 or 400, and as a reply, not as a stream: its head and
// its body are one write, or nothing holds the rest.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// A request that names no method in its headers: 400 (HeaderMismatch).
StreamId ask_without_header(ClientDriver& client, ConnectionId on) {
  return client.post("tools/list", Json(), {.on = on, .instead = {{"Mcp-Method", ""}}});
}

void drive(ClientDriver& client) {
  client.open_session();
  int asked = 0;
  ask_in_turns(client, [&](ConnectionId on) {
    return ++asked % 2 == 0 ? ask_without_header(client, on) : client.ask_for_error(0, {.on = on});
  });
}

}  // namespace

Scenario delayed_ack_stateless_server_refuses_without_stall() {
  return Scenario{{
      .id = "delayed_ack.stateless_server_refuses_without_stall",
      .question = "Does no refusal with 404 or 400 wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleSplitsReplies},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kThrottled},
      .era = Era::kStateless,
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
