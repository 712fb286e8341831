// SPDX-License-Identifier: Apache-2.0
// Two sessions have a call in flight with the same id: a cancel ends the one of its own session.

#include "harness/judge/cancel.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kUnderWay{50};  // Some send the head before they hand the call on.

// Who is taken for the other, the first that had the id or the last, is up to the table.
void cancel_one(ClientDriver& client, const std::string& id, SessionNumber first,
                SessionNumber second, SessionNumber cancelled) {
  const StreamId one =
      client.ask_tool(&AllowedTools::slow, {.fresh = true, .session = first, .id = id});
  client.watch_end(one, kUnderWay);
  const StreamId two =
      client.ask_tool(&AllowedTools::slow, {.fresh = true, .session = second, .id = id});
  client.watch_end(two, kUnderWay);
  client.cancel(cancelled == first ? one : two, cancelled);
  client.await_answer(cancelled == first ? two : one);
}

void drive(ClientDriver& client) {
  const SessionNumber one = client.open_session();
  const SessionNumber two = client.open_session();
  if (!client.has_session_id(one)) client.decline("the server keeps no sessions");
  client.close_all();  // A polite run has few connections.
  cancel_one(client, "2001", one, two, one);
  client.close_all();
  cancel_one(client, "2002", one, two, two);
}

}  // namespace

Scenario routing_server_cancels_in_own_session() {
  return Scenario{{
      .id = "routing.server_cancels_in_own_session",
      .question = "Does a cancel spare the call of another session that has the same id?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {cancel_spares_other_calls(), every_request_is_answered(req::kOneResponse)},
      .catches = {server_fault::kCancelsInAllSessions},
      .spares = {server_oddity::kErrorForCancelled, server_oddity::kNoSession},
  }};
}

}  // namespace tailrace::suites
