// SPDX-License-Identifier: Apache-2.0
// Streams that are open at the same time each end after their own Result, and a request beside them
// is answered.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/session.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kAtOnce = 20;  // Past a table or a pool of 16; a polite run opens fewer.
constexpr int kEnoughLost = 3;  // To look for each of them elsewhere takes its time.

bool is_lost(ClientDriver& client, StreamId call) {
  return client.is_accepted(call) && client.history().read([&](const Timeline& timeline) {
    return !is_answered(timeline, *timeline.exchange(call));
  });
}

void drive(ClientDriver& client) {
  client.open_session();
  std::vector<StreamId> calls;
  for (int i = 0; i < kAtOnce && client.can_ask(); ++i) {
    calls.push_back(client.ask_tool(&AllowedTools::slow));
  }
  if (client.can_ask()) client.await_answer(client.post("ping", Json()));
  int lost = 0;
  for (const StreamId call : calls) {
    if (lost == kEnoughLost) break;
    client.await_answer(call);
    lost += is_lost(client, call) ? 1 : 0;
  }
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
