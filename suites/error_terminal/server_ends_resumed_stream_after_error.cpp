// SPDX-License-Identifier: Apache-2.0
// A resumed stream ends after its Error, too.

#include "harness/judge/replay.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId stream = client.ask_tool(&AllowedTools::failing, {.fresh = true});
  client.await_event_id(stream);
  client.reset(client.connection_of(stream));
  // From its beginning: where the Error had come already, it comes again.
  const StreamId rest = client.get({.last_event_id = client.first_event_id(stream)});
  client.watch_answer(rest, kWatchOpen);
  client.watch_end(rest, kWatchOpen);
}

}  // namespace

Scenario error_terminal_server_ends_resumed_stream_after_error() {
  return Scenario{{
      .id = "error_terminal.server_ends_resumed_stream_after_error",
      .question = "Does a resumed stream end after its Error?",
      .covers = {req::kResponseEndsStream},
      .drive = &drive,
      .checks = {resumed_stream_ends(Final::kError, req::kResponseEndsStream)},
      .catches = {server_fault::kKeepsResumedErrorOpen, server_fault::kEndlessResume},
      .spares = {server_oddity::kRefusesResume, server_oddity::kNoEventIds},
  }};
}

}  // namespace tailrace::suites
