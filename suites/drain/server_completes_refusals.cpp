// SPDX-License-Identifier: Apache-2.0
// GET and DELETE where the server has neither, and whatever is asked of a session that is over: a
// refusal is a complete reply, with its length or its last chunk. Without sessions too.

#include "harness/judge/closure.h"
#include "harness/judge/refusal.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kKinds = 3;

StreamId ask(ClientDriver& client, int kind) {
  if (kind == 0) return client.get();
  if (kind == 1) return client.delete_session(0);
  return client.post("tools/list", Json());
}

// What is served is no refusal.
void leave(ClientDriver& client, StreamId asked, int kind) {
  if (kind > 0) return client.await_answer(asked);
  if (client.is_listening(asked)) client.close(client.connection_of(asked));
}

// Once each; where a refusal does not end, as often as shows that it is no accident.
void ask_in_vain(ClientDriver& client, int kind) {
  for (std::size_t time = 0; time < kOpenStreamsAreHarm && client.can_ask(); ++time) {
    const StreamId asked = ask(client, kind);
    client.await_head(asked);
    if (client.is_accepted(asked)) return leave(client, asked, kind);
    if (client.watch_end(asked, kWatchOpen)) return;
  }
}

void drive(ClientDriver& client) {
  const SessionNumber session = client.open_session();
  if (client.has_session_id(session)) client.delete_session(session);
  for (int kind = 0; kind < kKinds; ++kind) ask_in_vain(client, kind);
  client.mark(kMarkAfterwards, "requests were refused");
  client.watch_answer(client.ask_for_result({.session = client.open_session()}), kWatchServed);
}

}  // namespace

Scenario drain_server_completes_refusals() {
  return Scenario{{
      .id = "drain.server_completes_refusals",
      .question = "Is what refuses GET, DELETE or an ended session a complete reply?",
      .covers = {req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {refusals_are_complete(req::kStreamEndsAsHttp), still_serves(Rule{})},
      .catches = {server_fault::kKeepsRefusalsOpen, server_fault::kCutsErrorReplies},
      .spares = {server_oddity::kNoSession, server_oddity::kNoGet, server_oddity::kNoDelete,
                 server_oddity::kClosesAfterEachResponse},
  }};
}

}  // namespace tailrace::suites
