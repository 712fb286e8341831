// SPDX-License-Identifier: Apache-2.0
// Two clients may use equal ids at the same time: without sessions only the connection tells
// them apart.

#include "harness/judge/equal_ids.h"
#include "harness/judge/law.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kFirstId = 1000, kSlowId = 2000;
constexpr int kRounds = 10;  // A mix-up needs both in flight at once, which is up to chance.

void drive(ClientDriver& client) {
  client.open_session();
  const ConnectionId first = client.open_connection();
  const ConnectionId second = client.open_connection();
  for (int round = 0; round < kRounds; ++round) {
    const std::string id = std::to_string(kFirstId + round);
    const StreamId list = client.post(
        "tools/list", Json(), {.on = client.is_usable(first) ? first : ConnectionId{}, .id = id});
    // Another method: its answer cannot be taken for the first one's.
    const StreamId other =
        client.post("server/discover", Json(),
                    {.on = client.is_usable(second) ? second : ConnectionId{}, .id = id});
    client.await_answer(list);
    client.await_answer(other);
  }
  if (!client.tools().slow) return;
  // Both are in flight for sure.
  const PostOptions equal{.fresh = true, .id = std::to_string(kSlowId)};
  const StreamId slow = client.ask_tool(&AllowedTools::slow, equal);
  const StreamId too = client.ask_tool(&AllowedTools::slow, equal);
  client.await_answer(slow);
  client.await_answer(too);
}

}  // namespace

Scenario routing_stateless_server_keeps_equal_ids_apart() {
  return Scenario{{
      .id = "routing.stateless_server_keeps_equal_ids_apart",
      .question = "Do equal request ids on two connections each get their own answer?",
      .covers = {req::kAnswerCarriesId, req::kServesManyAtOnce},
      .drive = &drive,
      .checks = {answers_reach_their_requests("two connections, equal ids", req::kServesManyAtOnce),
                 every_request_is_answered(req::kOneResponse), convicts(equal_ids_are_served())},
      .catches = {server_fault::kMixesUpEqualIds, server_fault::kRefusesIdsInFlight},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kThinks40Ms},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
