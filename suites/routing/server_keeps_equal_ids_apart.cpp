// SPDX-License-Identifier: Apache-2.0
// Two sessions may use equal request ids at the same time: each gets its own answer.

#include "harness/judge/equal_ids.h"
#include "harness/judge/law.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kUnderWay{50};
const std::string kBoth = "2000";
constexpr int kRounds = 10;  // A mix-up needs both in flight at once, which is up to chance.

void drive(ClientDriver& client) {
  const SessionNumber one = client.open_session();
  const SessionNumber two = client.open_session();
  if (!client.has_session_id(one)) client.decline("the server keeps no sessions");
  const ConnectionId first = client.open_connection();
  const ConnectionId second = client.open_connection();
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = std::to_string(1000 + round);
    // Different methods, so that each answer shows whose it is.
    const StreamId list = client.ask_for_result(
        {.on = client.is_usable(first) ? first : ConnectionId{}, .session = one, .id = id});
    const StreamId ping = client.post(
        "ping", Json(),
        {.on = client.is_usable(second) ? second : ConnectionId{}, .session = two, .id = id});
    client.await_answer(list);
    client.await_answer(ping);
  }
  if (!client.tools().slow) return;
  // Both are in flight for sure, and the later one is done first.
  const StreamId slow =
      client.ask_tool(&AllowedTools::slow, {.fresh = true, .session = one, .id = kBoth});
  client.watch_end(slow, kUnderWay);
  client.await_answer(client.post("ping", Json(), {.fresh = true, .session = two, .id = kBoth}));
  client.await_answer(slow);
}

}  // namespace

Scenario routing_server_keeps_equal_ids_apart() {
  return Scenario{{
      .id = "routing.server_keeps_equal_ids_apart",
      .question = "Do equal request ids of two sessions each get their own answer?",
      .covers = {req::kAnswerCarriesId, req::kOneResponse},
      .drive = &drive,
      .checks = {answers_reach_their_requests("two sessions, equal ids", req::kAnswerCarriesId),
                 every_request_is_answered(req::kOneResponse), convicts(equal_ids_are_served())},
      .catches = {server_fault::kMixesUpEqualIds, server_fault::kRefusesIdsInFlight},
      .spares = {server_oddity::kSessionIdAsEventId, server_oddity::kNoSession},
  }};
}

}  // namespace tailrace::suites
