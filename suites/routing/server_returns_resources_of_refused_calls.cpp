// SPDX-License-Identifier: Apache-2.0
// A call that is refused leaves nothing behind: by Errors of each kind, and for a session that is
// no more. Nor does an initialize that offers an unknown revision.

#include "harness/peer/rest.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kBatches = 6;   // The first is the warm-up.
constexpr int kRefused = 16;  // Per batch.
constexpr int kUnknown = 2;   // Besides, those that offer a revision that no server speaks.
constexpr Millis kCleanUp{200};

// Each has a path of its own in a server.
void refuse(ClientDriver& client, int call, const PostOptions& options) {
  const AllowedTools& tools = client.tools();
  if (call % 4 == 1 && tools.failing) {
    client.await_answer(client.ask_tool(&AllowedTools::failing, options));
  } else if (call % 4 == 2 && tools.refused) {
    client.await_answer(client.ask_tool(&AllowedTools::refused, options));
  } else {
    const std::size_t kind = call % 4 == 3 ? 1 : 0;
    client.await_answer(client.ask_for_error(kind, options));
  }
}

// Whether the session that may have come of it, whose number this is, could be ended: those that
// cannot may live on.
bool offer_unknown_revision(ClientDriver& client, SessionNumber session) {
  client.ask_for_unknown_revision();
  if (!client.has_session_id(session)) return true;
  return client.is_accepted(client.delete_session(session));
}

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  const SessionNumber ended = client.open_session();
  const SessionNumber session = client.open_session();
  if (client.has_session_id(ended)) client.delete_session(ended);
  SessionNumber next = session + 1;
  bool can_end = true;
  client.mark(kCallsPerBatch, std::to_string(kRefused + kUnknown));
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int call = 0; call < kRefused / 2; ++call) {
      refuse(client, call, {.session = session});
      client.await_answer(client.ask_for_result({.session = ended}));
    }
    for (int i = 0; i < kUnknown && can_end; ++i) can_end = offer_unknown_revision(client, next++);
    client.sample_once_back(std::string(kBatchLabel) + std::to_string(batch), kCleanUp);
  }
  sample_at_rest(client);
}

}  // namespace

Scenario routing_server_returns_resources_of_refused_calls() {
  return Scenario{{
      .id = "routing.server_returns_resources_of_refused_calls",
      .question = "Do refused calls leave sockets or descriptors behind?",
      .covers = {},
      .drive = &drive,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{})},
      .catches = {server_fault::kLeaksPerRefusal, server_fault::kLeaksPerToolError,
                  server_fault::kLeaksPerUnknownVersion},
      .spares = {server_oddity::kKeepsDescriptorCache, server_oddity::kNoDelete,
                 server_oddity::kRefusesUnknownVersion},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
