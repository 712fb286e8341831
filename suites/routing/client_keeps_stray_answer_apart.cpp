// SPDX-License-Identifier: Apache-2.0
// A call runs out of its own limit, and its late answer comes on the stream of the next call,
// before that one's own. Servers must not do so, and what else the client makes of it is its
// affair: but it should ignore the late answer, and the next caller should get his own.

#include "harness/judge/client_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  const StreamId late = server.await_call();
  server.send_head(late);
  const auto next = server.watch_call(server.until_harm());
  if (!next) return;
  server.send_head(*next);
  server.send_message(*next, server.result_for(late, "too late"));
  server.send_message(*next, server.result_for(*next, "in time"));
  server.send_end(*next);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_keeps_stray_answer_apart() {
  return Scenario{{
      .id = "routing.client_keeps_stray_answer_apart",
      .question = "Does a late answer on another call's stream stay away from that call?",
      .covers = {req::kLateAnswerIgnored},
      .drive = &drive,
      .checks = {stray_answer_is_ignored(req::kLateAnswerIgnored)},
      .catches = {client_fault::kTakesAnyAnswer, client_fault::kFailsOnStrays},
      .spares = {client_oddity::kStringRequestIds, client_oddity::kNewConnectionPerCall},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
