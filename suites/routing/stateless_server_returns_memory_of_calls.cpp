// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: a request gives its memory back, whether it is served or refused.

#include "harness/judge/resources.h"
#include "harness/judge/routing.h"
#include "harness/judge/service.h"
#include "harness/peer/plateau.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 200;  // Per batch: about what collectors need to be seen at work in a few.

// What is kept of a request may be its notifications, or its failure.
StreamId ask_otherwise(ClientDriver& client, int call) {
  const AllowedTools& tools = client.tools();
  if (call % 4 == 1 && tools.chatty) return client.ask_tool(&AllowedTools::chatty);
  if (call % 4 == 2 && tools.failing) return client.ask_tool(&AllowedTools::failing);
  if (call % 4 == 3 && tools.refused) return client.ask_tool(&AllowedTools::refused);
  return client.ask_for_error(0);
}

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.open_session();
  repeat_until_settled(client, {.size = kCalls, .one = [&](int call) {
    client.await_answer(call % 2 == 0 ? client.ask_for_result() : ask_otherwise(client, call / 2));
  }});
}

}  // namespace

Scenario routing_stateless_server_returns_memory_of_calls() {
  return Scenario{{
      .id = "routing.stateless_server_returns_memory_of_calls",
      .question = "Does memory not grow with each request without a session?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {memory_does_not_grow(), every_request_is_answered(req::kOneResponse),
                 goes_on_serving()},
      .catches = {server_fault::kLeaksMemory, server_fault::kLeaksMemoryPerNotification,
                  server_fault::kLosesOneAnswer, server_fault::kRefusesAfterMany},
      .spares = {server_oddity::kMemoryCache, server_oddity::kFillsHeapFirst},
      .era = Era::kStateless,
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
