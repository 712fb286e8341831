// SPDX-License-Identifier: Apache-2.0
// After DELETE the session is gone: whatever carries its id gets 404, a call, a notification, GET,
// a resume and DELETE.

#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kAnswers{5000};

void drive(ClientDriver& client) {
  const SessionNumber session = client.open_session();
  if (!client.has_session_id(session)) client.decline("the server keeps no sessions");
  const StreamId before = client.ask_for_result({.session = session});
  client.await_answer(before);
  if (!client.is_accepted(client.delete_session(session))) {
    client.decline("the server did not accept DELETE: clients may not end its sessions");
  }
  client.await_answer(client.ask_for_result({.session = session}));
  client.cancel(before, session);
  client.watch_head(client.get({.session = session}), kAnswers);
  const std::string event = client.first_event_id(before);
  if (!event.empty()) {
    client.watch_head(client.get({.session = session, .last_event_id = event}), kAnswers);
  }
  client.delete_session(session);
}

}  // namespace

Scenario routing_server_forgets_deleted_session() {
  return Scenario{{
      .id = "routing.server_forgets_deleted_session",
      .question = "Is a session gone once DELETE was answered?",
      .covers = {req::kDeletedSessionIsGone},
      .drive = &drive,
      .checks = {session_is_gone_after_delete(req::kDeletedSessionIsGone)},
      .catches = {server_fault::kAnswersAfterDelete, server_fault::kDeletesTwice,
                  server_fault::kReplaysAfterDelete},
      .spares = {server_oddity::kNoDelete, server_oddity::kNoSession,
                 server_oddity::kShortSessionIds, server_oddity::kDeletesLater},
  }};
}

}  // namespace tailrace::suites
