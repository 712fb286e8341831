// SPDX-License-Identifier: Apache-2.0
// A reset comes before the head of the response. A client may try once more on another connection,
// since a kept one may have gone stale; the call returns all the same.

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kMostAttempts = 24;  // So that a busy host hides no storm.

void drive(ServerDriver& server) {
  server.use_event_ids(false, Millis(0));
  server.start_client(1);
  const StreamId call = server.await_call();
  server.reset_connection(call);
  for (int attempt = 1; attempt < kMostAttempts; ++attempt) {
    const auto again = server.watch_call(server.until_harm());
    if (!again) break;
    server.reset_connection(*again);
  }
}

}  // namespace

Scenario stream_closure_client_survives_reset_before_head() {
  return Scenario{{
      .id = "stream_closure.client_survives_reset_before_head",
      .question = "Does a call return when its connection is reset before any answer?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_after_early_end(), calls_are_repeated_in_bounds()},
      .catches = {client_fault::kHangsOnEarlyEnd, client_fault::kGivesUpOnlyByLimit,
                  client_fault::kRepeatsCutCalls},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
