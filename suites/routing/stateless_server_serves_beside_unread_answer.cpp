// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: a client may be slow to read a big answer; what others ask for is answered meanwhile.

#include "harness/judge/service.h"
#include "harness/peer/crowd.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  ask_beside_unread(client, "an answer that is not read");
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
