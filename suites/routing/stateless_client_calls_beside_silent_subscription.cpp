// SPDX-License-Identifier: Apache-2.0
// A subscription gets no answer at all: the calls go on beside it.

#include "harness/judge/at_once.h"
#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/stateless_client.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 3;
constexpr Millis kSubscribes{1000};
constexpr Millis kLinger{1500};  // A storm is seen by then.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.answer_subscriptions(Subscriptions::kSilent);
  server.ask_to_listen();
  server.start_client(kCalls, kLinger);
  server.watch_subscription(kSubscribes);  // Else no call may be under way beside it.
  if (!server.answer_calls(kCalls)) return;  // It waits for its subscription: the checks tell.
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_stateless_client_calls_beside_silent_subscription() {
  return Scenario{{
      .id = "routing.stateless_client_calls_beside_silent_subscription",
      .question = "Does the client call while its subscription is not answered?",
      .covers = {req::kSubscriptionHasFilter, req::kOpenIdsDiffer},
      .drive = &drive,
      .checks = {subscriptions_do_not_storm(req::kSubscriptionHasFilter),
                 calls_go_on_beside_subscription(), call_returns_what_was_sent(Rule{}),
                 open_ids_differ(req::kOpenIdsDiffer)},
      .catches = {client_fault::kBlocksOnListeningGet, client_fault::kReusesRequestId},
      .spares = {client_oddity::kReconnectsListeningGet, client_oddity::kNewConnectionPerCall,
                 client_oddity::kRandomIntegerIds},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
