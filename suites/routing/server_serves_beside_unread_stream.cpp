// SPDX-License-Identifier: Apache-2.0
// A client may be slow to read one stream; what it asks for on others is answered meanwhile.

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
  client.mark(kMarkAfterwards, "a stream that is not read");
  client.watch_answer(client.ask_for_result({.fresh = true}), kWatchServed);
  client.reset(unread);
}

}  // namespace

Scenario routing_server_serves_beside_unread_stream() {
  return Scenario{{
      .id = "routing.server_serves_beside_unread_stream",
      .question = "Are calls answered while another stream of the session is not read?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {still_serves(req::kOneResponse)},
      .catches = {server_fault::kUnreadStreamBlocks},
      .spares = {server_oddity::kSseWithContentLength, server_oddity::kHeadWithFirstEvent},
  }};
}

}  // namespace tailrace::suites
