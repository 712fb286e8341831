// SPDX-License-Identifier: Apache-2.0
// No request on a reused connection waits for our kernel's delayed ACK: head and body of a request
// written apart, with Nagle's algorithm on, would.

#include "harness/judge/stall.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 20;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  for (int call = 0; call < kCalls; ++call) {
    server.answer_with_result(server.await_call());
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario delayed_ack_client_requests_without_stall() {
  return Scenario{{
      .id = "delayed_ack.client_requests_without_stall",
      .question = "Does no request on a reused connection wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kClient)},
      .catches = {client_fault::kNagleTwoWrites, client_fault::kNagleOnShort},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kListsToolsFirst},
      .era = Era::kBoth,
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
