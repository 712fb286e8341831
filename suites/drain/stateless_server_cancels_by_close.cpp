// SPDX-License-Identifier: Apache-2.0
// AMB-06: a connection that is closed or reset cancels; one that is closed half way is not tried.
// Closing the response stream cancels the request. Its id may then be used again, and the new
// stream carries the new answer alone.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kFirstId = 500;  // Far from the ids that the driver counts.

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
}

}  // namespace

Scenario drain_stateless_server_cancels_by_close() {
  return Scenario{{
      .id = "drain.stateless_server_cancels_by_close",
      .question = "Does closing a stream cancel its request, and leave its id to the next one?",
      .covers = {req::kAnswerCarriesId, req::kOneResponse, req::kNothingForCancelled},
      .drive = &drive,
      .checks = {answers_reach_their_requests("the id of a request cancelled by close",
                                              req::kNothingForCancelled),
                 nothing_follows(Final::kResult, req::kOneResponse, req::kResponseEndsStream)},
      .catches = {server_fault::kLateAnswerToNextStream},
      .spares = {server_oddity::kThinks40Ms, server_oddity::kJsonAnswers},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
