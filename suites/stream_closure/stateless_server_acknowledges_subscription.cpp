// SPDX-License-Identifier: Apache-2.0
// A subscription begins with its acknowledgement, which carries the id of the listen request.

#include "harness/judge/stateless_laws.h"
#include "harness/judge/subscription.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId listen = client.subscribe_and_watch();
  client.decline_without_subscription(listen);
  client.await_answer(client.ask_for_result());
  client.close(client.connection_of(listen));
  client.await_answer(client.ask_for_result());
}

}  // namespace

Scenario stream_closure_stateless_server_acknowledges_subscription() {
  return Scenario{{
      .id = "stream_closure.stateless_server_acknowledges_subscription",
      .question = "Is the first message of a subscription its acknowledgement?",
      .covers = {req::kSubscriptionIsAcknowledged, req::kSubscriptionIdIsTold,
                 req::kLogsStayHome},
      .drive = &drive,
      .checks = {subscription_begins_with_acknowledgement(req::kSubscriptionIsAcknowledged,
                                                          req::kSubscriptionIdIsTold),
                 subscriptions_bring_no_logs(req::kLogsStayHome)},
      .catches = {server_fault::kEndsSubscriptions, server_fault::kNeverAcknowledges,
                  server_fault::kListensWithoutAcknowledgement,
                  server_fault::kLogsOnSubscription, server_fault::kUntaggedSubscription},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kOneSubscription},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
