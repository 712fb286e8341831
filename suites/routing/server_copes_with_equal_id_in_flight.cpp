// SPDX-License-Identifier: Apache-2.0
// An id that is in flight is used again, which no client may do (robustness): refused or answered,
// but no answer reaches the wrong one of the two.

#include "harness/judge/routing.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

const std::string kTwice = "900";
constexpr Millis kUnderWay{50};

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId call = client.ask_tool(&AllowedTools::slow, {.fresh = true, .id = kTwice});
  client.watch_head(call, kUnderWay);
  client.decline_unless_in_flight(call);
  // Another method, so that each answer shows whose it is.
  const StreamId ping = client.post("ping", Json(), {.fresh = true, .id = kTwice});
  client.watch_answer(ping, kWatchServed);
  client.watch_answer(call, kWatchServed);
}

}  // namespace

Scenario routing_server_copes_with_equal_id_in_flight() {
  return Scenario{{
      .id = "routing.server_copes_with_equal_id_in_flight",
      .question = "Does an id that is used twice at once mix up no answers?",
      .covers = {req::kAnswerCarriesId},
      .drive = &drive,
      .checks = {answers_reach_their_requests("one id twice in flight", req::kAnswerCarriesId),
                 equal_id_does_not_hang()},
      .catches = {server_fault::kAnswersFirstOnSecond},
      .spares = {server_oddity::kRefusesEqualId, server_oddity::kJsonAnswers},
  }};
}

}  // namespace tailrace::suites
