// SPDX-License-Identifier: Apache-2.0
// A subscription that nobody reads holds up no other request.

#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kSmallBuffer = 4096;
constexpr int kCalls = 5;
constexpr Millis kOpened{5000};

void drive(ClientDriver& client) {
  client.open_session();
  const ConnectionId unread = client.open_connection({.receive_buffer = kSmallBuffer});
  const StreamId listen = client.subscribe({.on = unread});
  // Whether it opens at all is the question of another scenario.
  if (!client.watch_head(listen, kOpened)) client.decline("no reply came to subscriptions/listen");
  client.decline_without_subscription(listen);
  client.pause_reading(unread);
  for (int call = 0; call < kCalls; ++call) {
    client.await_answer(client.ask_for_result());
  }
  client.close(unread);
}

}  // namespace

Scenario routing_stateless_server_serves_beside_unread_subscription() {
  return Scenario{{
      .id = "routing.stateless_server_serves_beside_unread_subscription",
      .question = "Are other requests answered while a subscription is not read?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {every_request_is_answered(req::kOneResponse)},
      .catches = {server_fault::kUnreadSubscriptionBlocks},
      .spares = {server_oddity::kThinks40Ms},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
