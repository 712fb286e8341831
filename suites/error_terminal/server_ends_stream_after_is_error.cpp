// SPDX-License-Identifier: Apache-2.0
// A Result that says isError is a Result, and as terminal.

#include "harness/judge/closure.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  StreamId call{};
  client.ask_and_watch_ends({[&] { return call = client.ask_tool(&AllowedTools::refused); }});
  client.decline_unless_is_error(call);
}

}  // namespace

Scenario error_terminal_server_ends_stream_after_is_error() {
  return Scenario{{
      .id = "error_terminal.server_ends_stream_after_is_error",
      .question = "Does the stream end after a Result that says isError?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {stream_ends(Final::kResult, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kResult, req::kStreamEndsAsHttp)},
      .catches = {server_fault::kKeepsOpenAfterIsError},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kHeadWithFirstEvent},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
