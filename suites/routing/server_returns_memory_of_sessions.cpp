// SPDX-License-Identifier: Apache-2.0
// A session that was ended gives its memory back, and adds nothing to what later ones are told.

#include "harness/judge/answer_sizes.h"
#include "harness/judge/resources.h"
#include "harness/judge/service.h"
#include "harness/peer/plateau.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr const char* kNoise = "6144";  // 24 KiB a session
constexpr int kSessions = 50;  // Per batch, of four requests each.

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.mark(kBatchUnit, "session");
  client.mark(kMemoryNoise, kNoise);
  const auto one = [&](int number) {
    const SessionNumber session = client.open_session();
    if (!client.has_session_id(session)) client.decline("the server keeps no sessions");
    client.await_answer(number % 2 == 0
                            ? client.ask_for_result({.session = session})
                            : client.post("tools/list", Json(), {.session = session}));
    // What is not ended may live to a limit of the server's own.
    const StreamId erased = client.delete_session(session);
    if (!client.is_accepted(erased)) client.decline("clients may not end its sessions");
  };
  repeat_until_settled(client, {.size = kSessions, .one = one, .most = kManyBatches});
}

}  // namespace

Scenario routing_server_returns_memory_of_sessions() {
  return Scenario{{
      .id = "routing.server_returns_memory_of_sessions",
      .question = "Does memory not grow with each session that was ended?",
      .covers = {},
      .drive = &drive,
      .checks = {memory_does_not_grow(), answers_do_not_grow(), goes_on_serving()},
      .catches = {server_fault::kLeaksMemoryPerSession, server_fault::kListsGrow,
                  server_fault::kRefusesManySessions},
      .spares = {server_oddity::kFillsHeapFirst, server_oddity::kNoDelete},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
