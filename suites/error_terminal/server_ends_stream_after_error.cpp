// SPDX-License-Identifier: Apache-2.0
// An Error is as terminal as a Result: after either the server ends the response stream.

#include <vector>

#include "harness/judge/closure.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  // Not every server answers each of these with an Error: the checks take those that came.
  std::vector<ClientDriver::Ask> kinds;
  for (std::size_t kind = 0; kind < ClientDriver::kErrorKinds; ++kind) {
    kinds.push_back([&, kind] { return client.ask_for_error(kind); });
  }
  client.ask_and_watch_ends(kinds);
}

}  // namespace

Scenario error_terminal_server_ends_stream_after_error() {
  return Scenario{{
      .id = "error_terminal.server_ends_stream_after_error",
      .question = "Does the response stream end after its Error, as after a Result?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kOneResponse},
      .drive = &drive,
      .checks = {stream_ends(Final::kError, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kError, req::kStreamEndsAsHttp),
                 nothing_follows(Final::kError, req::kOneResponse, req::kResponseEndsStream)},
      .catches = {server_fault::kSecondResponse, server_fault::kKeepsStreamOpenAfterError,
                  server_fault::kKeepsOpenAfterUnknownTool},
      .catches_with_sessions = {server_fault::kEndsErrorsLate,
                                server_fault::kKeepsOpenAfterUnknownMethod},
      .spares = {server_oddity::kErrorsAsIsError, server_oddity::kEndsStreamLate,
                 server_oddity::kJsonAnswers},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
