// SPDX-License-Identifier: Apache-2.0
// The listening GET gets no head: the client makes its calls beside it, and they return.

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLeaves{10000};  // The client's own shut-down included.
constexpr int kCalls = 2;
constexpr Millis kGetComes{1000};  // Clients open it beside their first call.

void drive(ServerDriver& server) {
  server.claim_listening_gets();
  server.ask_to_listen();
  server.start_client(kCalls);
  const Millis window = server.until_harm();
  for (int call = 0; call < kCalls; ++call) {
    const auto stream = server.watch_call(window);
    if (!stream) return;  // It waits for the GET: the checks tell.
    if (call == 0) server.watch_get(kGetComes);
    server.answer_with_result(*stream);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario stream_closure_client_calls_beside_silent_get() {
  return Scenario{{
      .id = "stream_closure.client_calls_beside_silent_get",
      .question = "Does the client call while its listening GET is not answered?",
      .covers = {},
      .drive = &drive,
      .checks = {calls_go_on_beside_silent_get(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kBlocksOnListeningGet},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kNoDelete},
  }};
}

}  // namespace tailrace::suites
