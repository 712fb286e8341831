// SPDX-License-Identifier: Apache-2.0
// State that comes back altered is refused with an Error that ends its stream, or asked for anew.

#include "harness/judge/closure.h"
#include "harness/judge/multi_round.h"
#include "harness/judge/stateless_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId first = client.ask_tool(&AllowedTools::asking);
  client.await_answer(first);
  const std::string state = client.request_state(first);
  client.await_answer(client.answer_input(first, "forged" + state));
  client.await_answer(client.answer_input(first, ""));  // Where this goes on, it decides nothing.
  client.await_answer(client.answer_input(first, state, {.fresh = true}));
  client.watch_ends(kLeftOpen);
}

}  // namespace

Scenario error_terminal_stateless_server_rejects_forged_state() {
  return Scenario{{
      .id = "error_terminal.stateless_server_rejects_forged_state",
      .question = "Is a forged requestState refused, by an Error that ends its stream?",
      .covers = {req::kForgedStateIsRejected, req::kStateAnywhere},
      .drive = &drive,
      .checks = {forged_state_is_rejected(req::kForgedStateIsRejected),
                 state_is_taken_anywhere(req::kStateAnywhere),
                 stream_ends(Final::kEither, req::kResponseEndsStream)},
      .catches = {server_fault::kTakesForgedState, server_fault::kKeepsStreamOpenAfterError,
                  server_fault::kStateByConnection},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kJsonAnswers,
                 server_oddity::kIgnoresState},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
