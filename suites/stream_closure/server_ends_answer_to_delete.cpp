// SPDX-License-Identifier: Apache-2.0
// DELETE is answered, and its answer ends: a client that leaves waits for it.

#include "harness/judge/closure.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  // As many as show that it is no accident; of a polite run each may take one connection.
  for (std::size_t i = 0; i < kOpenStreamsAreHarm; ++i) {
    const SessionNumber session = client.open_session();
    if (!client.has_session_id(session)) client.decline("the server keeps no sessions");
    const StreamId answer = client.begin_delete(session);
    client.watch_head(answer, kWatchOpen);  // The ends are watched all at once.
    if (!client.is_accepted(answer)) break;
  }
  client.watch_ends(kWatchOpen);  // Leaving first would hide the fault.
}

}  // namespace

Scenario stream_closure_server_ends_answer_to_delete() {
  return Scenario{{
      .id = "stream_closure.server_ends_answer_to_delete",
      .question = "Is DELETE answered, and does the answer end?",
      .covers = {req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {answers_to_delete_end(req::kStreamEndsAsHttp)},
      .catches = {server_fault::kNeverEndsDelete, server_fault::kHangsOnDelete,
                  server_fault::kFailsDelete},
      .spares = {server_oddity::k204ForDelete, server_oddity::kDeletesSlowly,
                 server_oddity::kNoDelete, server_oddity::kNoSession,
                 server_oddity::kClosesAfterEachResponse},
  }};
}

}  // namespace tailrace::suites
