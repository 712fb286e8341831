// SPDX-License-Identifier: Apache-2.0
// A call is not answered before its own limit: the client closes that stream, which cancels it, and
// leaves its other streams alone.

#include "harness/judge/client_calls.h"
#include "harness/judge/client_laws.h"
#include "harness/judge/stateless_client.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;
constexpr Millis kLinger = kStreamClosed + Millis(300);
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.answer_subscriptions(Subscriptions::kHeld);
  server.ask_to_listen();
  server.start_client(kCalls, kLinger);
  server.send_bare_head(server.await_call());
  const auto next = server.watch_call(server.until_harm());
  if (!next) return;
  server.answer_with_result(*next);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario drain_stateless_client_closes_timed_out_stream() {
  return Scenario{{
      .id = "drain.stateless_client_closes_timed_out_stream",
      .question = "Does a time-out close the stream of its call, and no other?",
      .covers = {req::kTimeOutClosesStream, req::kCancelsOwnRequests, req::kCallHasLimit},
      .drive = &drive,
      .checks = {timed_out_stream_is_closed(req::kTimeOutClosesStream),
                 cancels_its_own(req::kCancelsOwnRequests),
                 unanswered_call_returns(req::kCallHasLimit)},
      .catches = {client_fault::kKeepsTimedOutStream, client_fault::kClosesAllAfterLimit,
                  client_fault::kCancelsOtherRequest, client_fault::kHasNoLimit},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds,
                 client_oddity::kHalfCloses},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
