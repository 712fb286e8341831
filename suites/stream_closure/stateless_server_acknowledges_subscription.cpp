// SPDX-License-Identifier: Apache-2.0
// A subscription begins with its acknowledgement, which carries the id of the listen request.

#include "harness/judge/closure.h"
#include "harness/judge/law.h"
#include "harness/judge/stateless_laws.h"
#include "harness/judge/subscription.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// A subscription may be refused by an Error, and ended by a result: its stream is over then.
void watch_end_of(ClientDriver& client, StreamId listen) {
  if (client.is_answered(listen)) client.watch_end(listen, kWatchOpen);
}

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId listen = client.subscribe_and_watch();
  watch_end_of(client, listen);
  client.decline_without_subscription(listen);
  client.await_answer(client.ask_for_result());
  watch_end_of(client, listen);
  client.close(client.connection_of(listen));
  client.await_answer(client.ask_for_result());
}

}  // namespace

Scenario stream_closure_stateless_server_acknowledges_subscription() {
  return Scenario{{
      .id = "stream_closure.stateless_server_acknowledges_subscription",
      .question = "Is the first message of a subscription its acknowledgement?",
      .covers = {req::kSubscriptionIsAcknowledged, req::kSubscriptionIdIsTold,
                 req::kLogsStayHome, req::kResponseEndsStream},
      .drive = &drive,
      .checks = {subscription_begins_with_acknowledgement(req::kSubscriptionIsAcknowledged,
                                                          req::kSubscriptionIdIsTold),
                 subscriptions_bring_no_logs(req::kLogsStayHome),
                 convicts(stream_ends(Final::kEither, req::kResponseEndsStream))},
      .catches = {server_fault::kEndsSubscriptions, server_fault::kNeverAcknowledges,
                  server_fault::kListensWithoutAcknowledgement,
                  server_fault::kLogsOnSubscription, server_fault::kUntaggedSubscription,
                  server_fault::kHoldsEndedSubscriptions},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kOneSubscription,
                 server_oddity::kCompletesSubscriptions},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
