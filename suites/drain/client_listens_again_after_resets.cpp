// SPDX-License-Identifier: Apache-2.0
// The listening GET brings the head of an event stream and is reset, as by a proxy with a limit for
// idle connections: the client may come back, but not without a wait, and its call goes on.

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLinger{2000};  // Long enough for a storm.
constexpr Millis kHeadIsRead{10};

void drive(ServerDriver& server) {
  server.claim_listening_gets();
  server.ask_to_listen();
  server.start_client(1, kLinger);
  server.answer_call_among_gets([&](StreamId get) {
    server.send_bare_head(get);
    server.stay_connected(kHeadIsRead);
    server.reset_connection(get);
  });
}

}  // namespace

Scenario drain_client_listens_again_after_resets() {
  return Scenario{{
      .id = "drain.client_listens_again_after_resets",
      .question = "Does the client wait before it listens again where its GET stream is reset?",
      .covers = {},
      .drive = &drive,
      .checks = {listens_in_bounds(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kListensAgainAtOnce},
      .spares = {client_oddity::kOpensListeningGet,
                 client_oddity::kReconnectsListeningGet, client_oddity::kListensLate},
  }};
}

}  // namespace tailrace::suites
