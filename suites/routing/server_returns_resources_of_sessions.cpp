// SPDX-License-Identifier: Apache-2.0
// A session that was ended leaves nothing behind, no child process either.

#include "harness/peer/rest.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kBatches = 6;   // The first is the warm-up.
constexpr int kSessions = 6;  // Per batch.
constexpr Millis kCleanUp{300};
constexpr Millis kEnd{1000};
constexpr Millis kHead{100};  // Of its listening stream, where it comes at once.

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.mark(kBatchUnit, "session");
  client.mark(kCallsPerBatch, std::to_string(kSessions));
  bool listens = true;
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int i = 0; i < kSessions; ++i) {
      const SessionNumber session = client.open_session();
      if (!client.has_session_id(session)) client.decline("the server keeps no sessions");
      client.await_answer(client.ask_for_result({.session = session}));
      StreamId listening{};
      if (listens) listening = client.get({.session = session});
      if (listens) client.watch_head(listening, kHead);
      // What is not ended may live to a limit of the server's own.
      const StreamId erased = client.delete_session(session);
      if (!client.is_accepted(erased)) client.decline("clients may not end its sessions");
      // One that is left open is another scenario's matter: some notice our end of it late.
      listens = listens && client.watch_end(listening, kEnd);
    }
    client.close_all();
    client.sample_once_back(std::string(kBatchLabel) + std::to_string(batch), kCleanUp);
  }
  sample_at_rest(client);
}

}  // namespace

Scenario routing_server_returns_resources_of_sessions() {
  return Scenario{{
      .id = "routing.server_returns_resources_of_sessions",
      .question = "Do ended sessions leave sockets, descriptors or children behind?",
      .covers = {},
      .drive = &drive,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{}),
                 children_do_not_grow(Rule{})},
      .catches = {server_fault::kLeaksPerGet,
                  server_fault::kLeaksPerSession, server_fault::kLeavesChild,
                  server_fault::kLeavesZombie},
      .spares = {server_oddity::kNoDelete, server_oddity::kKeepsDescriptorCache,
                 server_oddity::kClosesLate},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
