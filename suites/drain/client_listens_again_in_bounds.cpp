// SPDX-License-Identifier: Apache-2.0
// The listening GET brings an event stream that ends at once, as behind a proxy with a short limit:
// the client may come back, but not again and again without a wait, and its call goes on.

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLinger{2000};  // Long enough for a storm.

void drive(ServerDriver& server) {
  server.claim_listening_gets();
  server.ask_to_listen();
  server.start_client(1, kLinger);
  server.answer_call_among_gets([&](StreamId get) {
    server.respond(get, 200, {{"Content-Type", "text/event-stream"}}, "");
  });
}

}  // namespace

Scenario drain_client_listens_again_in_bounds() {
  return Scenario{{
      .id = "drain.client_listens_again_in_bounds",
      .question = "Does the client wait before it listens again where its GET stream ends at once?",
      .covers = {},
      .drive = &drive,
      .checks = {listens_in_bounds(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kListensAgainAtOnce, client_fault::kListensAtAPace},
      .spares = {client_oddity::kOpensListeningGet,
                 client_oddity::kNewConnectionPerCall, client_oddity::kListensLate},
  }};
}

}  // namespace tailrace::suites
