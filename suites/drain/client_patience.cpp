// SPDX-License-Identifier: Apache-2.0
// How long the client waits for a late terminator before it gives the connection up: measured for
// several delays, and no call may wait for ever or go where a body has not ended.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/reuse.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// Released clients give up at 0 or 2 ms; 50 ms and 200 ms are limits seen in others.
constexpr std::array<Millis, 4> kLateness = {Millis(0), Millis(2), Millis(20), Millis(200)};
constexpr int kCalls = static_cast<int>(kLateness.size()) + 2;
constexpr Millis kLinger{300};

void drive(ServerDriver& server) {
  server.start_client(kCalls, kLinger);
  for (const Millis late : kLateness) {
    const StreamId call = server.await_call();
    server.mark(kMarkTerminator, std::to_string(late.count()) + " ms");
    server.send_head(call);
    server.send_result(call, late == Millis(0));
    if (late == Millis(0)) continue;
    server.stay_connected(late);
    server.send_end(call);
  }
  const StreamId endless = server.await_call();
  server.mark(kMarkTerminator, "never");
  server.send_head(endless);
  server.send_result(endless, false);
  const auto next = server.watch_call(server.until_harm());
  if (!next) return;  // It waits for the end: the checks tell.
  server.answer_with_result(*next);
  server.watch_return(*next, server.call_limit());
}

}  // namespace

Scenario drain_client_patience() {
  return Scenario{{
      .id = "drain.client_patience",
      .question = "How long does the client wait for a late end of the body?",
      .covers = {},
      .drive = &drive,
      .checks = {measures_patience(), call_returns_without_terminator(),
                 takes_no_unfinished_connection()},
      .catches = {client_fault::kWaitsForTerminator, client_fault::kReusesUnfinished},
      .spares = {client_oddity::kClosesAfterResponseQuickly, client_oddity::kNewConnectionPerCall},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
