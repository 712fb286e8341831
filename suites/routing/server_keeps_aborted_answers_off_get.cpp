// SPDX-License-Identifier: Apache-2.0
// The client of a call leaves before its answer, beside a listening stream: the answer does not go
// there.

#include "harness/judge/server_laws.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kHead{2000};
constexpr Millis kUnderWay{50};
constexpr Millis kCleanUp{300};

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId listening = client.get();
  if (!client.watch_head(listening, kHead)) client.decline("the GET stream has no head so far");
  if (!client.is_listening(listening)) client.decline("the server offers no GET stream");
  const StreamId whole = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.await_answer(whole);
  const StreamId left = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.watch_end(left, kUnderWay);
  client.decline_unless_in_flight(left);
  client.reset(client.connection_of(left));
  client.mark(kMarkAfterwards, "a client that left its call");
  client.stay_connected(client.time_of(whole) + kCleanUp);
  client.watch_answer(client.ask_for_result({.fresh = true}), kWatchServed);
}

}  // namespace

Scenario routing_server_keeps_aborted_answers_off_get() {
  return Scenario{{
      .id = "routing.server_keeps_aborted_answers_off_get",
      .question = "Does the answer of a call whose client left stay off the listening stream?",
      .covers = {req::kGetBringsNoResponse, req::kOneResponse},
      .drive = &drive,
      .checks = {get_carries_no_response(req::kGetBringsNoResponse),
                 still_serves(req::kOneResponse)},
      .catches = {server_fault::kAbortedAnswerOnGet},
      .spares = {server_oddity::kNoEventIds, server_oddity::kNotifiesOnGet},
  }};
}

}  // namespace tailrace::suites
