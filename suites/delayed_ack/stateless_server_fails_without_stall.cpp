// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: Errors of tools, and Results that say isError, come another way than Results: none of
// them waits for a delayed ACK either.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const AllowedTools& tools = client.tools();
  int asked = 0;
  ask_in_turns(client, [&](ConnectionId on) {
    const int kind = asked++ % 3;
    if (kind == 1 && tools.refused) return client.ask_tool(&AllowedTools::refused, {.on = on});
    if (kind == 2 && tools.failing) return client.ask_tool(&AllowedTools::failing, {.on = on});
    return client.ask_for_error(1, {.on = on});
  });
}

}  // namespace

Scenario delayed_ack_stateless_server_fails_without_stall() {
  return Scenario{{
      .id = "delayed_ack.stateless_server_fails_without_stall",
      .question = "Does no failure of a tool of 2026-07-28 wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleTwoWrites, server_fault::kNagleTwoWritesOfErrors},
      .spares = {server_oddity::kErrorsAsIsError, server_oddity::kNagleOneWrite},
      .era = Era::kStateless,
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
