// SPDX-License-Identifier: Apache-2.0
// The listening GET is answered with a page, as by a proxy that knows no event streams: the client
// does not ask for it again and again, and its call goes on.

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
    server.respond(get, 200, {{"Content-Type", "text/html"}}, "<p>Hello</p>");
  });
}

}  // namespace

Scenario drain_client_listens_in_bounds() {
  return Scenario{{
      .id = "drain.client_listens_in_bounds",
      .question = "Does the client stop listening where GET brings a page and no events?",
      .covers = {},
      .drive = &drive,
      .checks = {listens_in_bounds(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kListensAgainAtOnce, client_fault::kListensAtAPace},
      .spares = {client_oddity::kOpensListeningGet,
                 client_oddity::kNewConnectionPerCall, client_oddity::kListensLate},
  }};
}

}  // namespace tailrace::suites
