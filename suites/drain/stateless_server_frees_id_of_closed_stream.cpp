// SPDX-License-Identifier: Apache-2.0
// Closing the response stream cancels its request. AMB-06: a connection is closed or reset; half a
// close is not tried. Nothing more is sent for the request, and its id may be used again: the new
// stream carries the new answer alone. Whether the handler was told shows to nobody outside.

#include "harness/judge/closure.h"
#include "harness/judge/equal_ids.h"
#include "harness/judge/routing.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kFirstId = 500;  // Far from the ids that the driver counts.
constexpr Millis kCleanUp{1000};

void drive(ClientDriver& client) {
  client.open_session();
  int id = kFirstId;
  bool cancelled = false;
  for (const bool by_reset : {false, true}) {
    for (const bool after_head : {false, true}) {
      const std::string same = std::to_string(++id);
      const ConnectionId left = client.open_connection();
      const StreamId slow = client.ask_tool(&AllowedTools::slow, {.on = left, .id = same});
      if (after_head) client.await_head(slow);
      if (client.is_answered(slow)) continue;  // Its head came with its answer.
      cancelled = true;
      if (by_reset) {
        client.reset(left);
      } else {
        client.close(left);
      }
      client.await_answer(client.ask_for_result({.fresh = true, .id = same}));
    }
  }
  if (!cancelled) client.decline("the slow tool answered before it was cancelled");
  client.stay_connected(kCleanUp);
  client.mark(kMarkAfterwards, "requests with their ids were cancelled by close");
  for (int again = kFirstId + 1; again <= id; ++again) {
    const StreamId once_more =
        client.ask_for_result({.fresh = true, .id = std::to_string(again)});
    client.watch_answer(once_more, kWatchServed);
  }
}

}  // namespace

Scenario drain_stateless_server_frees_id_of_closed_stream() {
  return Scenario{{
      .id = "drain.stateless_server_frees_id_of_closed_stream",
      .question = "Does nothing more come for a request whose stream was closed; is its id free?",
      .covers = {req::kAnswerCarriesId, req::kOneResponse, req::kNothingForCancelled},
      .drive = &drive,
      .checks = {answers_reach_their_requests("the id of a request cancelled by close",
                                              req::kNothingForCancelled),
                 nothing_follows(Final::kResult, req::kOneResponse, req::kResponseEndsStream),
                 ids_of_closed_requests_are_free(),
                 still_serves(req::kOneResponse)},
      .catches = {server_fault::kLateAnswerToNextStream, server_fault::kKeepsIdsOfClosed},
      .spares = {server_oddity::kThinks40Ms, server_oddity::kJsonAnswers},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
