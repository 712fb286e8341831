// SPDX-License-Identifier: Apache-2.0
// A client uses each request id once in a session, whatever form its ids have.

#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 6;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  const int calls = server.up_to(kCalls);
  server.start_client(calls);
  server.answer_by_turns(calls);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_never_reuses_request_id() {
  return Scenario{{
      .id = "routing.client_never_reuses_request_id",
      .question = "Does the client use each request id once in a session?",
      .covers = {req::kRequestIdsAreUnique},
      .drive = &drive,
      .checks = {request_ids_are_unique(req::kRequestIdsAreUnique)},
      .catches = {client_fault::kReusesRequestId},
      .spares = {client_oddity::kStringRequestIds, client_oddity::kRandomIntegerIds},
  }};
}

}  // namespace tailrace::suites
