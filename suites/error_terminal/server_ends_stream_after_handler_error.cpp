// SPDX-License-Identifier: Apache-2.0
// An Error of a tool's handler ends the stream, also where notifications came before it.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  client.ask_and_watch_ends({[&] { return client.ask_tool(&AllowedTools::failing); }});
}

}  // namespace

Scenario error_terminal_server_ends_stream_after_handler_error() {
  return Scenario{{
      .id = "error_terminal.server_ends_stream_after_handler_error",
      .question = "Does the stream end where a handler fails, also after notifications?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kOneResponse},
      .drive = &drive,
      .checks = {stream_ends(Final::kError, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kError, req::kStreamEndsAsHttp),
                 nothing_follows(Final::kError, req::kOneResponse, req::kResponseEndsStream),
                 every_request_is_answered(req::kOneResponse)},
      .catches = {server_fault::kSecondResponse, server_fault::kEndsErrorsLate,
                  server_fault::kKeepsOpenAfterHandlerError, server_fault::kDropsFailingCalls},
      .catches_with_sessions = {server_fault::kKeepsOpenAfterNotifiedError},
      .spares = {server_oddity::kNoEventIds, server_oddity::kSseWithContentLength},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
