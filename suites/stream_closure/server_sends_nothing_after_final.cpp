// SPDX-License-Identifier: Apache-2.0
// The final response is the last message of its stream: no second one, no late notification.

#include "harness/judge/closure.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 3;
constexpr Millis kAfterwards{500};  // Late messages come within a few scheduler turns.

void drive(ClientDriver& client) {
  client.open_session();
  for (int call = 0; call < kCalls && client.can_ask(); ++call) {
    client.await_answer(client.ask_for_result());
  }
  client.await_answer(client.ask_for_error(0));
  client.watch_ends(kAfterwards);
}

}  // namespace

Scenario stream_closure_server_sends_nothing_after_final() {
  return Scenario{{
      .id = "stream_closure.server_sends_nothing_after_final",
      .question = "Is the final response the last message of its stream?",
      .covers = {req::kOneResponse, req::kResponseEndsStream},
      .drive = &drive,
      .checks = {nothing_follows(Final::kEither, req::kOneResponse, req::kResponseEndsStream)},
      .catches = {server_fault::kNotificationAfterFinal, server_fault::kSecondResponse,
                  server_fault::kGarbageAfterFinal},
      .spares = {server_oddity::kCommentsAfterFinal, server_oddity::kNoEventIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
