// SPDX-License-Identifier: Apache-2.0
// Arguments that a tool cannot take bring an Error, or a Result that says so; after either it ends.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  client.ask_and_watch_ends({[&] { return client.ask_with_bad_arguments(); }});
}

}  // namespace

Scenario error_terminal_server_ends_stream_after_bad_arguments() {
  return Scenario{{
      .id = "error_terminal.server_ends_stream_after_bad_arguments",
      .question = "Does the stream end where a tool refuses its arguments?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kOneResponse},
      .drive = &drive,
      .checks = {stream_ends(Final::kEither, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kEither, req::kStreamEndsAsHttp),
                 every_request_is_answered(req::kOneResponse)},
      .catches = {server_fault::kKeepsOpenAfterBadArguments, server_fault::kNoAnswerToBadArguments},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kJsonAnswers},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
