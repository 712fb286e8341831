// SPDX-License-Identifier: Apache-2.0
// A notification is accepted with an empty 202: its head is one write, or nothing holds the rest.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// Of a request that is done: such a cancel changes nothing (CAN-12).
Json late_cancel(ClientDriver& client) {
  const StreamId done = client.ask_for_result();
  client.await_answer(done);
  Json params;
  params.set("requestId", *parse_json(client.request_id(done)));
  params.set("reason", "asked by the script");
  return params;
}

void drive(ClientDriver& client) {
  client.open_session();
  const Json params = late_cancel(client);
  ask_in_turns(client, [&](ConnectionId on) {
    return client.post("notifications/cancelled", params, {.on = on});
  });
}

}  // namespace

Scenario delayed_ack_server_accepts_without_stall() {
  return Scenario{{
      .id = "delayed_ack.server_accepts_without_stall",
      .question = "Does no 202 on a reused connection wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleSplitsReplies},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kThrottled},
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
