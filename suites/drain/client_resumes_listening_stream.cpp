// SPDX-License-Identifier: Apache-2.0
// The listening GET breaks off after an event with an id: the client that comes back waits for
// `retry` and names that id, since what was sent meanwhile waits there for it.

#include "harness/judge/calls.h"
#include "harness/judge/listening.h"
#include "harness/judge/resume.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kRetry{1500};  // More than what clients wait where they are told nothing.
constexpr Millis kLinger = kRetry + kResumePatience;
constexpr Millis kGetComes{2000};  // Beside the first call, where not before.
constexpr Millis kSettles{100};  // Further streams that are opened beside it have come by then.
constexpr int kMostGets = 6;

void drive(ServerDriver& server) {
  server.use_event_ids(true, kRetry);
  server.claim_gets();
  server.claim_listening_gets();
  server.ask_to_listen();
  server.start_client(1, kLinger);
  const auto get = server.watch_listening(kGetComes);
  if (!get) server.decline("the client opened no listening stream");
  server.send_head(*get);
  server.send_message(*get, server.ping());  // Its answer shows that the id was read.
  server.watch_pongs();
  server.stay_connected(kSettles);
  server.close_connection(*get);
  server.answer_with_result(server.await_call());
  server.answer_gets(kMostGets, [&](StreamId again) {
    server.send_bare_head(again);
  });
}

}  // namespace

Scenario drain_client_resumes_listening_stream() {
  return Scenario{{
      .id = "drain.client_resumes_listening_stream",
      .question = "Does the client that listens again name the last event that it saw?",
      .covers = {req::kResumeAfterDisconnect, req::kWaitsForRetry},
      .drive = &drive,
      .checks = {listening_stream_is_resumed(req::kResumeAfterDisconnect),
                 waits_before_listening_again(req::kWaitsForRetry),
                 call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kListensWithoutId, client_fault::kListensAgainAtOnce},
      .spares = {client_oddity::kReconnectsListeningGet, client_oddity::kListensOnce},
  }};
}

}  // namespace tailrace::suites
