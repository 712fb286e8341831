// SPDX-License-Identifier: Apache-2.0
// input_required is a final response: its stream ends, and an abandoned round holds nothing.

#include "harness/judge/closure.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kRounds = 4;

void drive(ClientDriver& client) {
  client.open_session();
  for (int round = 0; round < kRounds && client.can_ask(); ++round) {
    client.await_answer(client.ask_tool(&AllowedTools::asking));
  }
  client.watch_ends(kLeftOpen);
  client.mark(kMarkAfterwards, "rounds that ask for input were left");
  client.watch_answer(client.ask_for_result(), kWatchServed);
  client.watch_ends(kLeftOpen);
}

}  // namespace

Scenario stream_closure_stateless_server_ends_stream_for_input() {
  return Scenario{{
      .id = "stream_closure.stateless_server_ends_stream_for_input",
      .question = "Does the stream end after input_required?",
      .covers = {req::kResponseEndsStream, req::kInputEndsStream, req::kRoundsMayBeLeft},
      .drive = &drive,
      .checks = {stream_ends(Final::kResult, req::kResponseEndsStream),
                 nothing_follows(Final::kResult, req::kInputEndsStream, req::kInputEndsStream),
                 still_serves(req::kRoundsMayBeLeft)},
      .catches = {server_fault::kKeepsOpenForInput, server_fault::kNotificationAfterFinal,
                  server_fault::kRefusesBesideInput},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kJsonAnswers},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
