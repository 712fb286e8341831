// SPDX-License-Identifier: Apache-2.0
// Two calls are in flight, one with a number for its id and one with the same digits as a string:
// different ids, so that each gets its answer.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

const std::string kNumber = "900", kText = "\"900\"";
constexpr Millis kUnderWay{50};

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId first = client.ask_tool(&AllowedTools::slow, {.fresh = true, .id = kNumber});
  client.watch_head(first, kUnderWay);
  const StreamId second = client.ask_tool(&AllowedTools::slow, {.fresh = true, .id = kText});
  client.await_answer(second);
  client.await_answer(first);
  client.watch_ends(kWatchOpen);
}

}  // namespace

Scenario routing_server_keeps_ids_of_both_types_apart() {
  return Scenario{{
      .id = "routing.server_keeps_ids_of_both_types_apart",
      .question = "Are a number and a string of the same digits two ids?",
      .covers = {req::kAnswerCarriesId, req::kOneResponse, req::kResponseEndsStream},
      .drive = &drive,
      .checks = {answers_reach_their_requests("ids of both types in flight",
                                              req::kAnswerCarriesId),
                 every_request_is_answered(req::kOneResponse),
                 stream_ends(Final::kEither, req::kResponseEndsStream)},
      .catches = {server_fault::kKeepsStringIdsOpen},
      .catches_with_sessions = {server_fault::kTakesIdsByText},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kNoSession,
                 server_oddity::kNoEventIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
