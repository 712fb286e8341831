// SPDX-License-Identifier: Apache-2.0
// Two clients have calls in flight under the same ids, as those who count from 1 do. One of them
// leaves, one call by FIN and one by RST: the other one is answered.

#include "harness/judge/in_flight.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kUnderWay{50};
constexpr const char* kFirstId = "8001";
constexpr const char* kSecondId = "8002";

StreamId ask(ClientDriver& client, SessionNumber session, const char* id) {
  return client.ask_tool(&AllowedTools::slow, {.fresh = true, .session = session, .id = id});
}

void drive(ClientDriver& client) {
  const SessionNumber one = client.open_session();
  const SessionNumber other = client.open_session();
  const StreamId left = ask(client, one, kFirstId), cut = ask(client, one, kSecondId);
  client.mark(kMarkAfterwards, "the calls of another client with their ids lost its connections");
  const StreamId first = ask(client, other, kFirstId), second = ask(client, other, kSecondId);
  client.watch_head(second, kUnderWay);
  client.decline_unless_in_flight(left);
  client.close(client.connection_of(left));
  client.decline_unless_in_flight(cut);
  client.reset(client.connection_of(cut));
  client.watch_answer(first, kWatchServed);
  client.watch_answer(second, kWatchServed);
}

}  // namespace

Scenario routing_server_keeps_twin_of_cut_call() {
  return Scenario{{
      .id = "routing.server_keeps_twin_of_cut_call",
      .question = "Does a call go on when that of another client with its id loses its client?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {still_serves(req::kOneResponse), calls_in_flight_get_results()},
      .catches = {server_fault::kLeftStreamEndsTwins},
      .spares = {server_oddity::kNoEventIds, server_oddity::kServesFourAtOnce},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
