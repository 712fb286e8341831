// SPDX-License-Identifier: Apache-2.0
// Pings during calls: the answers of the client are requests of HTTP as its calls are, and wait for
// a delayed ACK as those do where they leave in two small writes.

#include "harness/judge/client_requests.h"
#include "harness/judge/stall.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 12, kPings = 2;  // Of each call, so that more than 20 answers come.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  for (int call = 0; call < kCalls; ++call) {
    const StreamId stream = server.await_call();
    server.send_bare_head(stream);
    for (int ping = 0; ping < kPings; ++ping) {
      server.send_message(stream, server.ping());
      server.watch_pongs();
    }
    server.send_result(stream, true);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario delayed_ack_client_answers_without_stall() {
  return Scenario{{
      .id = "delayed_ack.client_answers_without_stall",
      .question = "Does no answer to the server wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kClient),
                 server_pings_are_answered(req::kPingIsAnswered)},
      .catches = {client_fault::kNagleInAnswers},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kListsToolsFirst},
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
