// SPDX-License-Identifier: Apache-2.0
// Subscriptions end as soon as they are acknowledged: the client does not ask again in a storm.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/law.h"
#include "harness/judge/stateless_client.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 3;
constexpr Millis kLinger{1500};  // A storm is seen by then.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.answer_subscriptions(Subscriptions::kCut);
  server.ask_to_listen();
  server.start_client(kCalls, kLinger);
  if (!server.answer_calls(kCalls)) return;  // It waits for its subscription: the checks tell.
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_stateless_client_survives_cut_subscription() {
  return Scenario{{
      .id = "routing.stateless_client_survives_cut_subscription",
      .question = "Is a subscription that is cut asked for again with patience, beside the calls?",
      .covers = {req::kSubscriptionHasFilter},
      .drive = &drive,
      .checks = {subscriptions_do_not_storm(req::kSubscriptionHasFilter),
                 calls_go_on_beside_subscription(), convicts(listens_in_bounds()),
                 call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kListensInAStorm, client_fault::kSubscribesToAll,
                  client_fault::kListensAgainAtOnce},
      .spares = {client_oddity::kReconnectsListeningGet, client_oddity::kListensEverSlower,
                 client_oddity::kNewConnectionPerCall},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
