// SPDX-License-Identifier: Apache-2.0
// A refused request (unknown method: 404) gets a complete reply with a JSON-RPC Error, and the
// connection serves the next request.

#include "harness/judge/refusal.h"
#include "harness/judge/reuse.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kRounds = 3;

void drive(ClientDriver& client) {
  client.open_session();
  for (int round = 0; round < kRounds; ++round) {
    const StreamId refused = client.ask_for_error(0);
    client.await_answer(refused);
    const ConnectionId same = client.connection_of(refused);
    client.await_answer(
        client.ask_for_result({.on = client.is_usable(same) ? same : ConnectionId{}}));
  }
}

}  // namespace

Scenario error_terminal_stateless_server_completes_refusals() {
  return Scenario{{
      .id = "error_terminal.stateless_server_completes_refusals",
      .question = "Is the refusal of an unknown method complete, and its connection usable?",
      .covers = {req::kUnknownMethodIs404, req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {refusals_are_complete(req::kStreamEndsAsHttp),
                 unknown_method_gets(404, req::kUnknownMethodIs404),
                 connection_carries_next_request(req::kAnswerCarriesId)},
      .catches = {server_fault::kCutsErrorReplies, server_fault::kExceedsErrorReplies,
                  server_fault::kRefusesWith200},
      .spares = {server_oddity::kClosesAfterEachResponse, server_oddity::kJsonAnswers},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
