// SPDX-License-Identifier: Apache-2.0
// Without sessions too: the final response ends its stream, a Result or an Error, and nothing
// follows it.

#include "harness/judge/closure.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 5;  // As many as a verdict on late ends needs.

void drive(ClientDriver& client) {
  client.open_session();
  for (int call = 0; call < kCalls && client.can_ask(); ++call) {
    client.await_answer(client.ask_for_result());
  }
  if (client.tools().failing) client.await_answer(client.ask_tool(&AllowedTools::failing));
  for (std::size_t kind = 0; kind < ClientDriver::kErrorKinds && client.can_ask(); ++kind) {
    client.await_answer(client.ask_for_error(kind));
  }
  client.watch_ends(kWatchOpen);
}

}  // namespace

Scenario stream_closure_stateless_server_ends_stream() {
  return Scenario{{
      .id = "stream_closure.stateless_server_ends_stream",
      .question = "Does a stream of 2026-07-28 end with its final response?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kOneResponse},
      .drive = &drive,
      .checks = {stream_ends(Final::kEither, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kEither, req::kStreamEndsAsHttp),
                 nothing_follows(Final::kEither, req::kOneResponse, req::kResponseEndsStream)},
      .catches = {server_fault::kKeepsStreamOpenAfterResult, server_fault::kOmitsLastChunk,
                  server_fault::kSecondResponse, server_fault::kKeepsStreamOpenAfterError,
                  server_fault::kNotificationAfterFinal},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kJsonAnswers,
                 server_oddity::kCommentsAfterFinal},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
