// SPDX-License-Identifier: Apache-2.0
// An Error that comes while a question of the server is open ends the stream.

#include "harness/judge/closure.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kFails{5000};

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId asking = client.ask_tool(&AllowedTools::asking, {.fresh = true});
  if (!client.watch_message(asking, kFails)) client.decline("the tool asks nothing");
  if (!client.watch_answer(asking, kFails)) client.decline("the server still waits, as it may");
  if (!client.is_answered(asking) && !client.last_event_id(asking).empty()) {
    client.decline("the stream ended before the answer, as it may once an event id is out");
  }
  client.watch_ends(kWatchOpen);
}

}  // namespace

Scenario error_terminal_server_ends_stream_after_error_while_asking() {
  return Scenario{{
      .id = "error_terminal.server_ends_stream_after_error_while_asking",
      .question = "Does the stream end after an Error while a question of the server is open?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {stream_ends(Final::kError, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kError, req::kStreamEndsAsHttp)},
      .catches = {server_fault::kKeepsOpenWhileAsking},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kNoEventIds},
  }};
}

}  // namespace tailrace::suites
