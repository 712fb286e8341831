// SPDX-License-Identifier: Apache-2.0
// The listening stream may be closed at any time: the session and its calls go on, and another one
// can be opened.

#include "harness/judge/in_flight.h"
#include "harness/judge/notices.h"
#include "harness/judge/routing.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kHead{2000};  // Some send it only with the first event: then there is no telling.
constexpr Millis kUnderWay{50};
constexpr Millis kNoticed{1000};  // Some see only then, at their next look, that a reader has gone.

// Until it is served, or has been refused for longer than a server takes to notice.
void listen_again(ClientDriver& client) {
  const MonoTime until = mono_now() + stretched(kWatchServed);
  for (;;) {
    const bool last = mono_now() >= until;
    const StreamId again = client.get();
    const bool refused = client.watch_head(again, kHead) && !client.is_listening(again);
    client.close(client.connection_of(again));
    if (!refused || last) return;
    client.stay_connected(kNoticed);
  }
}

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId listening = client.get();
  if (!client.watch_head(listening, kHead)) client.decline("the GET stream has no head so far");
  if (!client.is_listening(listening)) client.decline("the server offers no GET stream");
  const StreamId call = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.watch_head(call, kUnderWay);
  client.close(client.connection_of(listening));
  client.mark(kMarkAfterwards, "the end of the GET stream");
  client.await_answer(call);
  client.watch_answer(client.ask_tool(&AllowedTools::slow, {.fresh = true}), kWatchServed);
  client.watch_answer(client.ask_for_result({.fresh = true}), kWatchServed);
  client.stay_connected(kNoticed);
  client.watch_answer(client.ask_for_result({.fresh = true}), kWatchServed);
  listen_again(client);
}

}  // namespace

Scenario routing_server_serves_after_closed_get() {
  return Scenario{{
      .id = "routing.server_serves_after_closed_get",
      .question = "Do calls go on when the GET stream is closed?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {every_request_is_answered(req::kOneResponse), still_serves(req::kOneResponse),
                 closed_get_gives_way(), calls_in_flight_get_results()},
      .catches = {server_fault::kClosedGetEndsSession, server_fault::kLeavingFailsCalls,
                  server_fault::kClosedGetEndsSessionLater,
                  server_fault::kKeepsPlaceOfClosedGet},
      .spares = {server_oddity::kNoGet, server_oddity::kNoEventIds,
                 server_oddity::kLetsClientPoll, server_oddity::kOneListener},
  }};
}

}  // namespace tailrace::suites
