// SPDX-License-Identifier: Apache-2.0
// The listening GET is answered with 405, as by a server that offers no such stream: the client
// does not ask for it again and again, and its call goes on.

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLinger{2000};  // Long enough for a storm.

void drive(ServerDriver& server) {
  server.claim_listening_gets();
  server.ask_to_listen();
  server.start_client(1, kLinger);
  server.answer_call_among_gets([&](StreamId get) { server.refuse_get(get); });
}

}  // namespace

Scenario drain_client_takes_405_for_an_answer() {
  return Scenario{{
      .id = "drain.client_takes_405_for_an_answer",
      .question = "Does the client stop listening where GET is refused with 405?",
      .covers = {},
      .drive = &drive,
      .checks = {listens_in_bounds(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kListensAgainAtOnce},
      .spares = {client_oddity::kOpensListeningGet,
                 client_oddity::kNewConnectionPerCall, client_oddity::kListensLate},
  }};
}

}  // namespace tailrace::suites
