// SPDX-License-Identifier: Apache-2.0
// Thousands of blocks without data come in one burst before the response: the call returns it.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// Python's takes 3 s for them on a busy machine, which is slow and no failure.
constexpr Millis kLongest{12000};
constexpr Millis kLeaves{20000};  // The client's own shut-down included.
constexpr int kBlocks = 15000;  // Fewer than the record keeps of one stream.

void drive(ServerDriver& server) {
  server.limit_calls_from(kLongest);
  server.start_client(1);
  const StreamId call = server.await_call();
  std::string burst;
  for (int block = 0; block < kBlocks; ++block) burst += "event: idle\n\n";
  server.send_bare_head(call);
  server.send_chunk(call, burst);
  server.send_chunk(call, "event: message\ndata: " + server.result_for(call) + "\n\n");
  server.send_end(call);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario stream_closure_client_survives_many_empty_events() {
  return Scenario{{
      .id = "stream_closure.client_survives_many_empty_events",
      .question = "Does the client survive a burst of events without data?",
      .covers = {req::kReadsBothForms},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(req::kReadsBothForms)},
      .catches = {client_fault::kFailsOnManySkips},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
