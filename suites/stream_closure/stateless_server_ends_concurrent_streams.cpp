// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: streams that are open at the same time each bring their own Result and end.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/peer/crowd.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  await_answers(client, ask_slowly_at_once(client));
  client.watch_ends(kWatchOpen);  // Leaving first would hide the fault.
}

}  // namespace

Scenario stream_closure_stateless_server_ends_concurrent_streams() {
  return Scenario{{
      .id = "stream_closure.stateless_server_ends_concurrent_streams",
      .question = "Does each of several concurrent streams end, without a session too?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kAnswerCarriesId,
                 req::kOneResponse},
      .drive = &drive,
      .checks = {stream_ends(Final::kResult, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kResult, req::kStreamEndsAsHttp),
                 nothing_follows(Final::kResult, req::kOneResponse, req::kResponseEndsStream),
                 answers_reach_their_requests("concurrent calls", req::kAnswerCarriesId),
                 every_request_is_answered(req::kOneResponse)},
      .catches = {server_fault::kKeepsOpenWhenConcurrent,
                  server_fault::kSecondResultWhenConcurrent,
                  server_fault::kLosesAnswersWhenConcurrent},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kCloseDelimited},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
