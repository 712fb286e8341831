// SPDX-License-Identifier: Apache-2.0
// A client may be slow to read one stream; what it asks for on others is answered meanwhile.

#include "harness/judge/service.h"
#include "harness/peer/crowd.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  ask_beside_unread(client, "a stream that is not read");
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
