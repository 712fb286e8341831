// SPDX-License-Identifier: Apache-2.0
// A call is never answered, and comments keep its stream alive, as servers are told to do: the
// limit of a call is that of the call, not of the wait for the next byte.

#include "harness/judge/client_calls.h"
#include "harness/judge/client_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kPace{200};  // Shorter than any limit of a read.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  if (!server.counts_calls()) server.decline(kTellsNoEnds);  // Nor what their limit is.
  server.start_client(1);
  const StreamId call = server.await_call();
  server.send_head(call);
  for (Millis waited{0}; waited < server.until_harm(); waited += kPace) {
    if (server.watch_return(call, kPace)) break;
    server.send_chunk(call, ": still at work\n\n");
  }
  server.send_end(call);
  server.watch_exit(kLeaves);
}

}  // namespace

Scenario drain_client_times_out_beside_comments() {
  return Scenario{{
      .id = "drain.client_times_out_beside_comments",
      .question = "Does an unanswered call end by its limit while comments come on its stream?",
      .covers = {req::kCallHasLimit},
      .drive = &drive,
      .checks = {unanswered_call_returns(req::kCallHasLimit)},
      .catches = {client_fault::kRestartsLimitAtEachRead, client_fault::kHasNoLimit},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
