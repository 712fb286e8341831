// SPDX-License-Identifier: Apache-2.0
// An answer of megabytes comes whole, and its stream ends.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  StreamId call{};
  client.ask_and_watch_ends({[&] { return call = client.ask_tool(&AllowedTools::big); }});
  client.decline_if_small(call);
}

}  // namespace

Scenario stream_closure_server_completes_big_answers() {
  return Scenario{{
      .id = "stream_closure.server_completes_big_answers",
      .question = "Does an answer of megabytes come whole?",
      .covers = {req::kOneResponse, req::kResponseEndsStream, req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {every_request_is_answered(req::kOneResponse),
                 stream_ends(Final::kResult, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kResult, req::kStreamEndsAsHttp)},
      .catches = {server_fault::kCutsBigAnswers},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kSseWithContentLength},
      .era = Era::kBoth,
      .exclusive = true,  // It holds megabytes, and the runner is to stay small.
  }};
}

}  // namespace tailrace::suites
