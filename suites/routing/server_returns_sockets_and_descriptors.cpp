// SPDX-License-Identifier: Apache-2.0
// What the server opens for a call is closed when the call is done, also when we leave first.

#include "harness/judge/resources.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kBatches = 6;      // The first is the warm-up.
constexpr int kCalls = 8;        // Per batch, each on a connection of its own.
constexpr Millis kCleanUp{400};  // What a server may take to notice that we left.

// The same mixture in each batch: what is left may be that of one kind of call.
StreamId ask(ClientDriver& client, int call) {
  const AllowedTools& tools = client.tools();
  if (call == 1 && tools.chatty) return client.ask_tool(&AllowedTools::chatty, {.fresh = true});
  if (call == 2 && tools.failing) return client.ask_tool(&AllowedTools::failing, {.fresh = true});
  return client.ask_for_result({.fresh = true});
}

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.open_session();
  client.mark(kCallsPerBatch, std::to_string(kCalls));
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int call = 0; call < kCalls; ++call) {
      client.await_answer(ask(client, call));
      client.close_all();
    }
    client.stay_connected(kCleanUp);
    client.sample(std::string(kBatchLabel) + std::to_string(batch));
  }
}

}  // namespace

Scenario routing_server_returns_sockets_and_descriptors() {
  return Scenario{{
      .id = "routing.server_returns_sockets_and_descriptors",
      .question = "Are sockets and descriptors back where they were when calls are done?",
      .covers = {},
      .drive = &drive,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{})},
      .catches = {server_fault::kLeaksSocket, server_fault::kLeaksDescriptor,
                  server_fault::kLeaksPerNotifyingCall},
      .spares = {server_oddity::kKeepsDescriptorCache},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
