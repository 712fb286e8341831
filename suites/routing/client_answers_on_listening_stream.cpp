// SPDX-License-Identifier: Apache-2.0
// A ping on the listening GET, which is there for what the server asks by itself: it is answered as
// those on the stream of a call are.

#include "harness/judge/calls.h"
#include "harness/judge/client_requests.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kGetComes{2000};  // Beside the first call, where not before.
constexpr Millis kLinger{1500};  // An answer that comes late still comes while the client lives.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.claim_listening_gets();
  server.ask_to_listen();
  server.limit_calls_from(kWatchServed * 2);
  server.start_client(1, kLinger);
  const auto get = server.watch_listening(kGetComes);
  if (!get) server.decline("the client opened no listening stream");
  server.send_bare_head(*get);
  server.send_message(*get, server.ping());
  const StreamId call = server.await_call();
  server.watch_pongs(kWatchServed);
  server.answer_with_result(call);
  server.await_exit(kLinger + kLeaves);
}

}  // namespace

Scenario routing_client_answers_on_listening_stream() {
  return Scenario{{
      .id = "routing.client_answers_on_listening_stream",
      .question = "Does the client answer what the server asks on the listening stream?",
      .covers = {req::kPingIsAnswered},
      .drive = &drive,
      .checks = {server_pings_are_answered(req::kPingIsAnswered),
                 call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kIgnoresPingsOnGet},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds,
                 client_oddity::kAnswersPingsLate},
  }};
}

}  // namespace tailrace::suites
