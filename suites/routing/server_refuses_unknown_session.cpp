// SPDX-License-Identifier: Apache-2.0
// A request names a session that nobody opened: it is refused with 404, so that a client whose
// session was lost knows to open another.

#include "harness/judge/refusal.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// In a form that servers give out, so that it is unknown and not malformed.
constexpr const char* kNobodys = "00000000-0000-4000-8000-000000000000";

void drive(ClientDriver& client) {
  const SessionNumber session = client.open_session();
  if (!client.has_session_id(session)) client.decline("the server keeps no sessions");
  client.mark(kMarkUnknownSession, "");
  client.await_answer(client.ask_for_result({.session_id = kNobodys}));
  // What nearly is the id that was given out is not it.
  const std::string given = client.session_id(session);
  client.await_answer(client.ask_for_result({.session_id = given + "0"}));
  if (given.size() < 2) return;
  client.await_answer(
      client.ask_for_result({.session_id = given.substr(0, given.size() - 1)}));
  const std::string other(1, given.back() == '0' ? '1' : '0');
  client.await_answer(
      client.ask_for_result({.session_id = given.substr(0, given.size() - 1) + other}));
}

}  // namespace

Scenario routing_server_refuses_unknown_session() {
  return Scenario{{
      .id = "routing.server_refuses_unknown_session",
      .question = "Is a request of a session that was never opened refused with 404?",
      .covers = {req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {unknown_session_is_refused(), refusals_are_complete(req::kStreamEndsAsHttp)},
      .catches = {server_fault::k400ForUnknownSession, server_fault::kServesUnknownSession,
                  server_fault::kTakesPartsOfIds,
                  server_fault::kCutsErrorReplies},
      .spares = {server_oddity::kNoSession, server_oddity::kNoDelete},
  }};
}

}  // namespace tailrace::suites
