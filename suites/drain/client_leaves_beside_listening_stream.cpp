// SPDX-License-Identifier: Apache-2.0
// The listening stream is open, as it may be for hours: the client leaves all the same.

#include "harness/judge/calls.h"
#include "harness/judge/leaving.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
namespace {

constexpr Millis kGetComes{2000};  // Beside the first call, where not before.

void drive(ServerDriver& server) {
  server.claim_listening_gets();
  server.ask_to_listen();
  server.start_client(1);
  const auto get = server.watch_listening(kGetComes);
  if (get) server.send_bare_head(*get);
  server.answer_with_result(server.await_call());
  if (!get) server.decline("the client opens no listening stream");
  server.watch_exit(server.call_limit() * (kLimitsUntilHarm + 2));
}

}  // namespace

Scenario drain_client_leaves_beside_listening_stream() {
  return Scenario{{
      .id = "drain.client_leaves_beside_listening_stream",
      .question = "Does the client leave though its listening stream is open?",
      .covers = {},
      .drive = &drive,
      .checks = {client_leaves()},
      .catches = {client_fault::kWaitsForGetAtClose},
      .spares = {client_oddity::kOpensListeningGet, client_oddity::kNoDelete},
  }};
}

}  // namespace tailrace::suites
