// SPDX-License-Identifier: Apache-2.0
// A server may give out no session id: the client goes on without.

#include "harness/judge/calls.h"
#include "harness/judge/opening.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;

void drive(ServerDriver& server) {
  server.open_no_session();
  server.serve_calls(server.up_to(kCalls));
}

}  // namespace

Scenario routing_client_works_without_session() {
  return Scenario{{
      .id = "routing.client_works_without_session",
      .question = "Does the client work with a server that has no sessions?",
      .covers = {},
      .drive = &drive,
      .checks = {goes_on_after_initialize(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kNeedsSession},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
  }};
}

}  // namespace tailrace::suites
