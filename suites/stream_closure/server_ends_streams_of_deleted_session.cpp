// SPDX-License-Identifier: Apache-2.0
// When a session is ended by DELETE, the streams that are open in it end.

#include "harness/judge/closure.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kUnderWay{100};

void drive(ClientDriver& client) {
  const SessionNumber session = client.open_session();
  if (!client.has_session_id(session)) client.decline("the server keeps no sessions");
  const StreamId listening = client.get();
  client.watch_head(listening, kUnderWay);
  const StreamId call = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.watch_head(call, kUnderWay);
  client.delete_session(session);
  client.watch_end(call, kWatchOpen);
  client.watch_end(listening, kWatchOpen);
  client.watch_ends(kWatchOpen);  // What was answered before may end a little late, too.
}

}  // namespace

Scenario stream_closure_server_ends_streams_of_deleted_session() {
  return Scenario{{
      .id = "stream_closure.server_ends_streams_of_deleted_session",
      .question = "Do the streams of a session end with it?",
      .covers = {},
      .drive = &drive,
      .checks = {streams_end_with_session()},
      .catches = {server_fault::kKeepsStreamsAfterDelete},
      .spares = {server_oddity::kNoGet, server_oddity::kNoDelete, server_oddity::kNoSession,
                 server_oddity::kDeletesLater},
  }};
}

}  // namespace tailrace::suites
