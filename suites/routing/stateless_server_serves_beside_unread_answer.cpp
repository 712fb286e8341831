// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: a client may be slow to read a big answer; what others ask for is answered meanwhile.

#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kSmallBuffer = 4096;  // The server's own buffers fill up soon.
constexpr Millis kFillsUp{200};

void drive(ClientDriver& client) {
  client.open_session();
  const ConnectionId unread = client.open_connection({.receive_buffer = kSmallBuffer});
  client.pause_reading(unread);
  client.ask_tool(&AllowedTools::big, {.on = unread});
  client.stay_connected(kFillsUp);
  client.mark(kMarkAfterwards, "an answer that is not read");
  client.watch_answer(client.ask_for_result({.fresh = true}), kWatchServed);
  client.reset(unread);
}

}  // namespace

Scenario routing_stateless_server_serves_beside_unread_answer() {
  return Scenario{{
      .id = "routing.stateless_server_serves_beside_unread_answer",
      .question = "Are requests answered while a big answer is not read, without a session too?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {still_serves(req::kOneResponse)},
      .catches = {server_fault::kUnreadStreamBlocks},
      .spares = {server_oddity::kHeadWithFirstEvent, server_oddity::kThinks40Ms},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
