// SPDX-License-Identifier: Apache-2.0
// A call is answered with 202 and no body, which is for notifications: it brings nothing, and the
// call returns.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;
constexpr int kAccepted = 202;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  server.respond(server.await_call(), kAccepted, {}, "");
  const auto next = server.watch_call(server.until_harm());
  if (!next) return;
  server.answer_with_result(*next);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario drain_client_survives_accepted_request() {
  return Scenario{{
      .id = "drain.client_survives_accepted_request",
      .question = "Does a call return that is answered with 202?",
      .covers = {},
      .drive = &drive,
      .checks = {accepted_call_returns()},
      .catches = {client_fault::kHangsOnAccepted},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
  }};
}

}  // namespace tailrace::suites
