// SPDX-License-Identifier: Apache-2.0
// The body of a refusal never ends: the status tells that the call has failed, and it returns, by
// its own limit at the latest. A client of one call is refused once.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// 404 ends a session, and comes last.
constexpr std::array<int, 3> kStatuses = {500, 401, 404};

void drive(ServerDriver& server) {
  const std::size_t calls = server.counts_calls() ? kStatuses.size() : 1;
  server.start_client(static_cast<int>(calls));
  for (std::size_t i = 0; i < calls; ++i) {
    const StreamId call = server.await_call();
    server.mark(kMarkVariant, std::to_string(kStatuses[i]));
    server.send_endless_body(call, kStatuses[i]);
    if (!server.watch_return(call, server.until_harm())) return;
  }
}

}  // namespace

Scenario error_terminal_client_survives_endless_refusal() {
  return Scenario{{
      .id = "error_terminal.client_survives_endless_refusal",
      .question = "Does a refused call return though its body never ends?",
      .covers = {},
      .drive = &drive,
      .checks = {refused_calls_return()},
      .catches = {client_fault::kReadsErrorBodiesForever, client_fault::kHangsOnRefusal},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
