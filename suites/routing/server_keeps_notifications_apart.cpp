// SPDX-License-Identifier: Apache-2.0
// A call runs beside one that sends notifications, and beside a listening stream: each stream
// carries its own.

#include "harness/judge/notices.h"
#include "harness/judge/server_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kUnderWay{50};
constexpr Millis kHead{500};  // Some send it with the first event only.

void drive(ClientDriver& client) {
  client.open_session();
  client.watch_head(client.get(), kHead);
  // What it sends alone.
  client.await_answer(client.ask_tool(&AllowedTools::slow));
  const StreamId slow = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.watch_end(slow, kUnderWay);
  client.await_answer(client.ask_tool(&AllowedTools::chatty, {.fresh = true}));
  client.await_answer(slow);
}

}  // namespace

Scenario routing_server_keeps_notifications_apart() {
  return Scenario{{
      .id = "routing.server_keeps_notifications_apart",
      .question = "Do notifications come on the stream of their own call?",
      .covers = {req::kProgressAtHome, req::kOneStreamPerMessage},
      .drive = &drive,
      .checks = {notifications_keep_to_their_call(req::kProgressAtHome),
                 progress_keeps_to_its_stream(req::kProgressAtHome),
                 notifications_are_not_broadcast(req::kOneStreamPerMessage)},
      .catches = {server_fault::kNotifiesBesideCall, server_fault::kBroadcastsNotifications},
      .spares = {server_oddity::kNoEventIds, server_oddity::kJsonAnswers,
                 server_oddity::kNotifiesOnGet},
  }};
}

}  // namespace tailrace::suites
