// SPDX-License-Identifier: Apache-2.0
// A server that writes the names of its headers in lower case, as several do (RFC 9110, 5.1).

#include "harness/judge/calls.h"
#include "harness/judge/client_headers.h"
#include "harness/judge/opening.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 3;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.write_names_in_lower_case();
  server.start_client(kCalls);
  server.answer_with_result(server.await_call());
  const StreamId call = server.await_call();
  server.respond(call, 200, {{"Content-Type", "application/json"}}, server.result_for(call));
  server.answer_with_error(server.await_call());
  server.await_exit(kLeaves);
}

}  // namespace

Scenario stream_closure_client_reads_header_names_in_any_case() {
  return Scenario{{
      .id = "stream_closure.client_reads_header_names_in_any_case",
      .question = "Does the client know headers whose names are in lower case?",
      .covers = {},
      .drive = &drive,
      .checks = {goes_on_after_initialize(), call_returns_what_was_sent(Rule{}),
                 requests_say_what_they_must(req::kNamesItsSession, req::kNamesItsRevision,
                                             Rule{})},
      .catches = {client_fault::kComparesHeaderNames},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
