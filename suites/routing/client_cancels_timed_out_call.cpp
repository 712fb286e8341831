// SPDX-License-Identifier: Apache-2.0
// A call is not answered before its own limit: the client tells the server to stop by
// notifications/cancelled. An answer that comes too late harms no later call, and its connection is
// used again only when it has ended.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/client_laws.h"
#include "harness/judge/leaving.h"
#include "harness/judge/reuse.h"
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
  server.send_message(late, server.result_for(late, "too late"));
  server.send_end(late);
  server.send_head(*next);
  server.send_message(*next, server.result_for(*next, "in time"));
  server.send_end(*next);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_cancels_timed_out_call() {
  return Scenario{{
      .id = "routing.client_cancels_timed_out_call",
      .question = "Does the client cancel a call that ran out of time?",
      .covers = {req::kTimeOutCancels, req::kCancelsItsOwn, req::kCallHasLimit,
                 req::kLateAnswerIgnored},
      .drive = &drive,
      .checks = {timed_out_call_is_cancelled(req::kTimeOutCancels, req::kCancelsItsOwn),
                 cancels_its_own(req::kCancelsItsOwn),
                 unanswered_call_returns(req::kCallHasLimit),
                 late_answer_is_ignored(req::kLateAnswerIgnored),
                 call_returns_what_was_sent(Rule{}), calls_go_on_after_time_out(),
                 takes_no_unfinished_connection()},
      .catches = {client_fault::kNoCancelAfterLimit, client_fault::kCancelsOtherRequest,
                  client_fault::kHasNoLimit, client_fault::kTakesLateAnswers,
                  client_fault::kCancelsInitializeToo, client_fault::kReusesTimedOut,
                  client_fault::kEndsSessionAfterLimit},
      .spares = {client_oddity::kStringRequestIds, client_oddity::kNewConnectionPerCall,
                 client_oddity::kDrainsTimedOut},
  }};
}

}  // namespace tailrace::suites
