// SPDX-License-Identifier: Apache-2.0
// An Error in JSON leaves the connection usable.

#include "harness/judge/closure.h"
#include "harness/judge/reuse.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kRounds = 3;

void drive(ClientDriver& client) {
  client.open_session();
  for (int round = 0; round < kRounds; ++round) {
    const StreamId refused = client.ask_for_error(0, {.prefer_json = true});
    client.await_answer(refused);
    if (client.history().read([&](const Timeline& timeline) {
          return timeline.exchange(refused)->is_event_stream();
        })) {
      client.decline("the server answers with event streams, also who prefers JSON");
    }
    client.await_answer(client.ask_for_result({.prefer_json = true}));
  }
}

}  // namespace

Scenario error_terminal_server_keeps_connection_after_json_error() {
  return Scenario{{
      .id = "error_terminal.server_keeps_connection_after_json_error",
      .question = "Does an Error in JSON leave the connection usable?",
      .covers = {req::kAnswerCarriesId, req::kJsonIsOneObject, req::kOneResponse},
      .drive = &drive,
      .checks = {connection_carries_next_request(req::kAnswerCarriesId),
                 json_answers_are_whole(req::kJsonIsOneObject),
                 every_request_is_answered(req::kOneResponse)},
      .catches = {server_fault::kExtraAfterJsonError, server_fault::kCorruptsReusedConnection},
      .spares = {server_oddity::kErrorEndsConnection, server_oddity::kIgnoresPreference},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
