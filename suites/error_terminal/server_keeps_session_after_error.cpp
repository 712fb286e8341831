// SPDX-License-Identifier: Apache-2.0
// An Error ends its request and nothing else: the session goes on.

#include "harness/judge/routing.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  client.await_answer(client.ask_for_result());
  client.await_answer(client.ask_for_error(0));
  client.mark(kMarkAfterwards, "an Error");
  client.await_answer(client.ask_for_result());
  for (std::size_t kind = 1; kind < ClientDriver::kErrorKinds; ++kind) {
    client.await_answer(client.ask_for_error(kind));
    client.await_answer(client.ask_for_result());
  }
}

}  // namespace

Scenario error_terminal_server_keeps_session_after_error() {
  return Scenario{{
      .id = "error_terminal.server_keeps_session_after_error",
      .question = "Does the session go on after an Error?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {session_survives_error(req::kOneResponse),
                 every_request_is_answered(req::kOneResponse), still_serves(req::kOneResponse)},
      .catches = {server_fault::kDropsSessionAfterError, server_fault::kRefusesAfterError},
      .spares = {server_oddity::kErrorsAsIsError, server_oddity::kNoSession,
                 server_oddity::kShortSessionIds},
  }};
}

}  // namespace tailrace::suites
