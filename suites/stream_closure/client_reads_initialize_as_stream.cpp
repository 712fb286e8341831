// SPDX-License-Identifier: Apache-2.0
// The answer to initialize comes as an event stream, behind a notification, as many servers send
// it.

#include "harness/judge/calls.h"
#include "harness/judge/opening.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;

void drive(ServerDriver& server) {
  server.answer_initialize_by_stream();
  server.serve_calls(server.up_to(kCalls));
}

}  // namespace

Scenario stream_closure_client_reads_initialize_as_stream() {
  return Scenario{{
      .id = "stream_closure.client_reads_initialize_as_stream",
      .question = "Does the client read the answer to initialize from an event stream?",
      .covers = {},
      .drive = &drive,
      .checks = {goes_on_after_initialize(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kReadsInitializeAsJson},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
  }};
}

}  // namespace tailrace::suites
