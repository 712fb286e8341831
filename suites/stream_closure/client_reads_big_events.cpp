// SPDX-License-Identifier: Apache-2.0
// Answers around the sizes at which readers of lines give up, in one event: the call returns its
// Result.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLeaves{10000};  // The client's own shut-down included.
// The last is beyond a megabyte by far: whoever looks for its end at each piece takes a quarter of
// a minute, and no luck brings that below a call's limit.
constexpr std::array<std::size_t, 4> kSizes = {4096, 65535, 65537, 2097153};

// A machine that is busy takes its time for megabytes, too.
constexpr Millis kCallLimit{4000};

void drive(ServerDriver& server) {
  server.limit_calls_from(kCallLimit);
  server.start_client(static_cast<int>(kSizes.size()));
  for (const std::size_t size : kSizes) {
    const StreamId call = server.await_call();
    server.mark(kMarkVariant, std::to_string(size) + " bytes");
    server.send_bare_head(call);
    const std::string message = server.result_for(call, std::string(size, 'x'));
    server.send_chunk(call, "event: message\ndata: " + message + "\n\n");
    server.send_end(call);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario stream_closure_client_reads_big_events() {
  return Scenario{{
      .id = "stream_closure.client_reads_big_events",
      .question = "Does the client read big events?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_big_answers()},
      .catches = {client_fault::kLimitsLines},
      .spares = {client_oddity::kNewConnectionPerCall},
      .era = Era::kBoth,
      .exclusive = true,  // It holds megabytes, and the runner is to stay small.
  }};
}

}  // namespace tailrace::suites
