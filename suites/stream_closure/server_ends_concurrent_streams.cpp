// SPDX-License-Identifier: Apache-2.0
// Streams that are open at the same time each end after their own Result, and a request beside them
// is answered.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/judge/server_laws.h"
#include "harness/peer/crowd.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const std::vector<StreamId> calls = ask_slowly_at_once(client);
  client.decline_unless_in_flight(calls.front());
  if (client.can_ask()) client.await_answer(client.post("ping", Json()));
  await_answers(client, calls);
  client.watch_ends(kWatchOpen);  // Leaving first would hide the fault.
}

}  // namespace

Scenario stream_closure_server_ends_concurrent_streams() {
  return Scenario{{
      .id = "stream_closure.server_ends_concurrent_streams",
      .question = "Does each of several concurrent streams end?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kAnswerCarriesId},
      .drive = &drive,
      .checks = {stream_ends(Final::kResult, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kResult, req::kStreamEndsAsHttp),
                 nothing_follows(Final::kResult, req::kOneResponse, req::kResponseEndsStream),
                 answers_reach_their_requests("concurrent calls", req::kAnswerCarriesId),
                 every_request_is_answered(req::kOneResponse),
                 streams_bring_their_response(req::kStreamBringsResponse)},
      .catches = {server_fault::kKeepsOpenWhenConcurrent,
                  server_fault::kSecondResultWhenConcurrent,
                  server_fault::kLosesAnswersWhenConcurrent, server_fault::kHangsBeyondSixteen},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kCloseDelimited,
                 server_oddity::kServesFourAtOnce},
  }};
}

}  // namespace tailrace::suites
