// SPDX-License-Identifier: Apache-2.0
// A server that is told to stop (TERM) ends its subscriptions: a result each, and their streams.
// Whether it also has to cancel them is open for HTTP (AMB-21): not asked.

#include "harness/judge/stopping.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kAcknowledged{5000};

void drive(ClientDriver& client) {
  if (!client.can_stop()) client.decline(std::string(kNotOurs));
  client.open_session();
  const StreamId listen = client.subscribe();
  client.watch_message(listen, kAcknowledged);
  client.decline_without_subscription(listen);
  if (!client.is_listening(listen)) client.decline("no subscription was open when it was to stop");
  client.stop_server();
}

}  // namespace

Scenario stream_closure_stateless_server_ends_subscriptions_at_stop() {
  return Scenario{{
      .id = "stream_closure.stateless_server_ends_subscriptions_at_stop",
      .question = "Does a server that is told to stop end its subscriptions with a result?",
      .covers = {req::kStopEndsSubscription, req::kStopNamesSubscription, req::kStopClosesStream,
                 req::kCancelOfSubscription},
      .drive = &drive,
      .checks = {stops_with_open_streams(Rule{}),
                 stop_ends_subscriptions(req::kStopEndsSubscription, req::kStopNamesSubscription,
                                         req::kStopClosesStream),
                 server_cancels_only_subscriptions(req::kCancelOfSubscription)},
      .catches = {server_fault::kNeverStopsWithStreams, server_fault::kEndsSubscriptionUntold,
                  server_fault::kCancelsOtherAtStop, server_fault::kUntaggedSubscription},
      .spares = {server_oddity::kDiesOfTerm, server_oddity::kStopsLate,
                 server_oddity::kCancelsSubscriptionAtStop},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
