// SPDX-License-Identifier: Apache-2.0
// Of two calls in flight one loses its client's connection: the other one is answered.

#include "harness/judge/in_flight.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kUnderWay{50};

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId left = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.mark(kMarkAfterwards, "another call in flight lost its client");
  const StreamId other = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.watch_head(other, kUnderWay);
  client.decline_unless_in_flight(left);
  client.close(client.connection_of(left));
  client.watch_answer(other, kWatchServed);
  client.watch_answer(client.ask_tool(&AllowedTools::slow, {.fresh = true}), kWatchServed);
}

}  // namespace

Scenario routing_server_serves_beside_cut_call() {
  return Scenario{{
      .id = "routing.server_serves_beside_cut_call",
      .question = "Does a call go on when another one loses its client?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {still_serves(req::kOneResponse), calls_in_flight_get_results()},
      .catches = {server_fault::kLeftStreamEndsCalls, server_fault::kLeavingFailsCalls},
      .spares = {server_oddity::kNoEventIds, server_oddity::kServesFourAtOnce,
                 server_oddity::kClosesAfterEachResponse},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
