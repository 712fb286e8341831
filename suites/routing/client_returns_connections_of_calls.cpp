// SPDX-License-Identifier: Apache-2.0
// Many calls in one session, one after the other, each with its answer to the end. The connections
// that they came on are used again or closed: a client that keeps each open runs out of them.

#include "harness/judge/reuse.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 60;  // More than any pool keeps idle to one server.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.limit_calls_from(kClosesByTimer * 2);
  server.start_client(kCalls);
  server.answer_by_turns(kCalls - 1);
  const StreamId last = server.await_call();
  server.watch_idle_connections();
  server.answer_with_result(last);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_returns_connections_of_calls() {
  return Scenario{{
      .id = "routing.client_returns_connections_of_calls",
      .question = "Are the connections of calls that were answered used again or closed?",
      .covers = {},
      .drive = &drive,
      .checks = {connections_do_not_pile_up()},
      .catches = {client_fault::kLeaksConnectionPerCall, client_fault::kLeaksConnectionPerError},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kOpensListeningGet,
                 client_oddity::kClosesConnectionsLate},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
