// SPDX-License-Identifier: Apache-2.0
// Notifications before a Result, each written by itself: none waits for a delayed ACK, be they sent
// on the stream of their call or on a listening stream.

#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kOpened{500};

// A server may take one listening stream of a session: each of the two series has its own.
SessionNumber listen(ClientDriver& client, const LinkOptions& options) {
  const SessionNumber session = client.open_session();
  client.watch_head(client.get({.on = client.open_connection(options), .session = session}),
                    kOpened);
  return session;
}

void drive(ClientDriver& client) {
  const SessionNumber plain = listen(client, {});
  const SessionNumber control = listen(client, {.quick_ack = true});
  const ConnectionId calls = client.open_connection();
  const auto ask = [&](ConnectionId on) {
    const SessionNumber session = !on || on == calls ? plain : control;
    return client.ask_tool(&AllowedTools::chatty, {.on = on, .session = session});
  };
  ask_in_turns(client, ask, calls);
}

}  // namespace

Scenario delayed_ack_server_notifies_without_stall() {
  return Scenario{{
      .id = "delayed_ack.server_notifies_without_stall",
      .question = "Does no burst of notifications wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleEachEvent, server_fault::kNagleEachOnGet},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kHeadWithFirstEvent,
                 server_oddity::kNotifiesOnGet},
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
