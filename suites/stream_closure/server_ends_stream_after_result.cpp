// SPDX-License-Identifier: Apache-2.0
// After the Result the server ends the response stream, and ends it as HTTP demands.

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
  client.watch_ends(kLeftOpen);  // Leaving first would hide the fault.
}

}  // namespace

Scenario stream_closure_server_ends_stream_after_result() {
  return Scenario{{
      .id = "stream_closure.server_ends_stream_after_result",
      .question = "Does the response stream end after its Result?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {stream_ends(Final::kResult, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kResult, req::kStreamEndsAsHttp)},
      .catches = {server_fault::kKeepsStreamOpenAfterResult, server_fault::kKeepsOneStreamOpen,
                  server_fault::kOmitsLastChunk, server_fault::kResetsAfterResult},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kSseWithContentLength,
                 server_oddity::kHeadWithFirstEvent, server_oddity::kCloseDelimited,
                 server_oddity::kJsonAnswers, server_oddity::kWarmsUp},
  }};
}

}  // namespace tailrace::suites
