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
  const SessionNumber one = client.open_session();
  if (!client.is_stateless()) client.watch_head(client.get(), kHead);
  // What it sends alone.
  client.await_answer(client.ask_tool(&AllowedTools::slow));
  const StreamId slow = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.watch_end(slow, kUnderWay);
  client.await_answer(client.ask_tool(&AllowedTools::chatty, {.fresh = true}));
  client.await_answer(slow);
  // The other way about, and in another session: who notifies is not the one that came last.
  const SessionNumber other = client.has_session_id(one) ? client.open_session() : one;
  if (other != one) client.watch_head(client.get({.session = other}), kHead);
  for (const auto second : {&AllowedTools::slow, &AllowedTools::chatty}) {
    const StreamId chatty = client.ask_tool(&AllowedTools::chatty, {.session = one});
    const StreamId later = client.ask_tool(second, {.session = other});
    client.await_answer(chatty);
    client.await_answer(later);
  }
}

}  // namespace

Scenario routing_server_keeps_notifications_apart() {
  return Scenario{{
      .id = "routing.server_keeps_notifications_apart",
      .question = "Do notifications come on the stream of their own call?",
      .covers = {req::kProgressAtHome, req::kOneStreamPerMessage, req::kProgressHasToken},
      .drive = &drive,
      .checks = {notifications_keep_to_their_call(req::kProgressAtHome),
                 progress_keeps_to_its_stream(req::kProgressAtHome),
                 progress_has_a_token(req::kProgressHasToken),
                 notifications_are_not_broadcast(req::kOneStreamPerMessage)},
      .catches = {server_fault::kNotifiesBesideCall},
      .catches_with_sessions = {server_fault::kBroadcastsNotifications,
                                server_fault::kNotifiesLatestCall,
                                server_fault::kProgressToAllSessions},
      .spares = {server_oddity::kNoEventIds, server_oddity::kJsonAnswers,
                 server_oddity::kNotifiesOnGet, server_oddity::kNotifiesSlowly},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
