// SPDX-License-Identifier: Apache-2.0
// A cancel that comes after the response is too late, and does no harm.

#include "harness/judge/routing.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId call = client.ask_for_result();
  client.await_answer(call);
  client.cancel(call);
  client.ask_afterwards("a cancel of a finished call");
}

}  // namespace

Scenario routing_server_ignores_late_cancel() {
  return Scenario{{
      .id = "routing.server_ignores_late_cancel",
      .question = "Does a cancel of a finished call change nothing?",
      .covers = {req::kLateCancelIsIgnored, req::kOneResponse},
      .drive = &drive,
      .checks = {still_serves(req::kLateCancelIsIgnored),
                 every_request_is_answered(req::kOneResponse)},
      .catches = {server_fault::kLateCancelEndsSession},
      .spares = {server_oddity::kNoSession, server_oddity::kClosesAfterEachResponse},
  }};
}

}  // namespace tailrace::suites
