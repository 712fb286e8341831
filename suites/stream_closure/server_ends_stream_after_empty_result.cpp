// SPDX-License-Identifier: Apache-2.0
// An empty Result is a Result.

#include "harness/judge/closure.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  client.ask_and_watch_ends({[&] { return client.post("ping", Json()); }});
}

}  // namespace

Scenario stream_closure_server_ends_stream_after_empty_result() {
  return Scenario{{
      .id = "stream_closure.server_ends_stream_after_empty_result",
      .question = "Does the stream end after an empty Result?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {stream_ends(Final::kResult, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kResult, req::kStreamEndsAsHttp)},
      .catches = {server_fault::kKeepsEmptyResultOpen},
      .spares = {server_oddity::kCommentsAfterFinal, server_oddity::kJsonAnswers},
  }};
}

}  // namespace tailrace::suites
