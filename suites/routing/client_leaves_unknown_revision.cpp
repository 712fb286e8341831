// SPDX-License-Identifier: Apache-2.0
// A server that answers initialize with a revision the client cannot know is left alone.

#include "harness/judge/client_laws.h"
#include "harness/judge/session.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.answer_initialize_with(kNobodysRevision);
  server.start_client(1);
  if (const auto call = server.watch_call(kLeaves)) server.answer_with_result(*call);
  server.watch_exit(kLeaves);
}

}  // namespace

Scenario routing_client_leaves_unknown_revision() {
  return Scenario{{
      .id = "routing.client_leaves_unknown_revision",
      .question = "Does the client leave a server whose revision it does not know?",
      .covers = {req::kLeavesUnknownRevision},
      .drive = &drive,
      .checks = {leaves_unknown_revision(req::kLeavesUnknownRevision)},
      .catches = {client_fault::kTakesUnknownRevision},
      .spares = {client_oddity::kStringRequestIds, client_oddity::kNoDelete},
  }};
}

}  // namespace tailrace::suites
