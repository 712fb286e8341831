// SPDX-License-Identifier: Apache-2.0
// Two clients subscribe, and requests of all kinds are made beside them: nothing of these comes on
// the streams of the subscriptions. When one is left, the other lives on.

#include "harness/judge/service.h"
#include "harness/judge/stateless_laws.h"
#include "harness/judge/subscription.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLivesOn{1000};  // A slow tool's time, too, as a rule.
constexpr Millis kUnderWay{50};
constexpr const char* kLeft = "7101";
constexpr const char* kOther = "7102";

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId left = client.subscribe_and_watch({.fresh = true, .id = kLeft});
  client.decline_without_subscription(left);
  const StreamId other = client.subscribe_and_watch({.fresh = true, .id = kOther});
  client.await_answer(client.ask_for_result());
  if (client.tools().chatty) client.await_answer(client.ask_tool(&AllowedTools::chatty));
  client.await_answer(client.post("tools/list", Json()));
  client.await_answer(client.ask_for_error(0));
  if (client.tools().slow) {  // Who leaves a call has cancelled it.
    const StreamId slow = client.ask_tool(&AllowedTools::slow, {.fresh = true});
    client.watch_head(slow, kUnderWay);
    client.close(client.connection_of(slow));
  }
  client.close(client.connection_of(left));
  client.watch_end(other, kLivesOn);
  client.ask_afterwards("a subscription was left");
}

}  // namespace

Scenario routing_stateless_server_keeps_subscriptions_clean() {
  return Scenario{{
      .id = "routing.stateless_server_keeps_subscriptions_clean",
      .question = "Does a subscription bring what is its own, whatever goes on beside it?",
      .covers = {req::kAnswerCarriesId, req::kLogsStayHome, req::kServesManyAtOnce,
                 req::kStopEndsSubscription, req::kNothingForCancelled},
      .drive = &drive,
      .checks = {subscriptions_bring_no_answers(req::kAnswerCarriesId),
                 subscriptions_bring_no_logs(req::kLogsStayHome),
                 subscriptions_bring_no_progress(req::kProgressStaysHome),
                 subscriptions_outlive_others(req::kServesManyAtOnce, req::kStopEndsSubscription),
                 still_serves(Rule{})},
      .catches = {server_fault::kAnswersOnSubscriptions,
                  server_fault::kAnswersLeftOnSubscriptions, server_fault::kProgressOnSubscriptions,
                  server_fault::kLeftSubscriptionEndsOthers},
      .spares = {server_oddity::kOneSubscription, server_oddity::kJsonAnswers},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
