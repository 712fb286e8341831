// SPDX-License-Identifier: Apache-2.0
// Where final event and terminator come in one write, the client reads the body to its end: it
// keeps the connection or closes it in order, and resets none. What it does else is measured.

#include "harness/judge/calls.h"
#include "harness/judge/reuse.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 8;
constexpr Millis kLinger{300};  // A reset that comes late still comes while the client lives.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  const int calls = server.up_to(kCalls);
  server.start_client(calls, kLinger);
  for (int call = 0; call < calls; ++call) {
    server.answer_with_result(server.await_call());
  }
  server.await_exit(kLinger + kLeaves);
}

}  // namespace

Scenario drain_client_keeps_connection_after_complete_body() {
  return Scenario{{
      .id = "drain.client_keeps_connection_after_complete_body",
      .question = "Does the client read a body to its end and spare the connection a reset?",
      .covers = {},
      .drive = &drive,
      .checks = {does_not_reset_after_body(Rule{}), measures_connections(),
                 call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kResetsAfterEachCall, client_fault::kGivesPreviousAnswers,
                  client_fault::kForgetsToReturnOnce},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kExpectsContinue,
                 client_oddity::kClosesAfterResponseQuickly,
                 client_oddity::kListsToolsFirst},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
