// SPDX-License-Identifier: Apache-2.0
// Every client counts its requests from the same number, and may leave a subscription open: the
// server tells them apart by their streams, since there are no sessions.

#include "harness/judge/subscription.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kAfterwards{250};  // Until the older one would have ended.
constexpr const char* kId = "7001";
constexpr const char* kOther = "7002";
constexpr const char* kLast = "7003";

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId first = client.subscribe_and_watch({.fresh = true, .id = kId});
  client.decline_without_subscription(first);
  if (!client.is_listening(first)) client.decline("no subscription was open beside another");
  client.subscribe_and_watch({.fresh = true, .id = kOther});
  client.subscribe_and_watch({.fresh = true, .id = kId});
  client.subscribe_and_watch({.fresh = true, .id = kLast});  // Tells its number from its id.
  client.await_answer(client.ask_for_result());
  client.watch_end(first, kAfterwards);
}

}  // namespace

Scenario routing_stateless_server_keeps_subscriptions_apart() {
  return Scenario{{
      .id = "routing.stateless_server_keeps_subscriptions_apart",
      .question = "Do subscriptions of two clients with equal ids not cost each other?",
      .covers = {req::kServesManyAtOnce},
      .drive = &drive,
      .checks = {subscriptions_are_apart(req::kServesManyAtOnce)},
      .catches = {server_fault::kOneSubscriptionPerId, server_fault::kTakesOverSubscription},
      .spares = {server_oddity::kOneSubscription},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
