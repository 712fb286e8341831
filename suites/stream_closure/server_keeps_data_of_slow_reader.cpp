// SPDX-License-Identifier: Apache-2.0
// A client that reads slowly gets all of its answer, down to the last event.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kSmallBuffer = 64 << 10;  // Full long before the answer is through.
constexpr Millis kPause{300};

void drive(ClientDriver& client) {
  client.open_session();
  const ConnectionId slow = client.open_connection({.receive_buffer = kSmallBuffer});
  client.pause_reading(slow);
  const StreamId call = client.ask_tool(&AllowedTools::big, {.on = slow});
  client.stay_connected(kPause);
  client.resume_reading(slow);
  client.await_answer(call);
  client.decline_if_small(call);
}

}  // namespace

Scenario stream_closure_server_keeps_data_of_slow_reader() {
  return Scenario{{
      .id = "stream_closure.server_keeps_data_of_slow_reader",
      .question = "Does a slow reader get all of its answer?",
      .covers = {req::kOneResponse, req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {every_request_is_answered(req::kOneResponse),
                 stream_ends_in_order(Final::kEither, req::kStreamEndsAsHttp)},
      .catches = {server_fault::kDropsDataOfSlowReader},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kJsonAnswers},
      .era = Era::kBoth,
      .exclusive = true,  // It holds megabytes, and the runner is to stay small.
  }};
}

}  // namespace tailrace::suites
