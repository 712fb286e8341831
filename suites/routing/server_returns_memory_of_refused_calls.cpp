// SPDX-License-Identifier: Apache-2.0
// What is refused by its status gives its memory back: text that is no JSON, requests and
// notifications without a session, requests of one that is over and of one that never was.

#include "harness/judge/resources.h"
#include "harness/judge/service.h"
#include "harness/peer/plateau.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kRefused = 200;  // Per batch

PostOptions unknown_session() {
  PostOptions options;
  options.session_id = "tailrace-never-opened";
  return options;
}

PostOptions without_session() {
  PostOptions options;
  options.instead = {{"Mcp-Session-Id", ""}};
  return options;
}

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.mark(kNothingToReplay, "");
  const SessionNumber ended = client.open_session();
  client.open_session();
  const bool has_session = client.has_session_id(ended);
  const bool ends = has_session && client.is_accepted(client.delete_session(ended));
  const auto one = [&](int number) {
    const int kind = has_session ? number % 5 : 0;
    if (kind == 1) client.await_answer(client.post("ping", Json(), without_session()));
    if (kind == 2) client.await_answer(client.post("ping", Json(), unknown_session()));
    if (kind == 3 && ends) client.await_answer(client.ask_for_result({.session = ended}));
    if (kind == 4) {
      client.await_answer(client.post("notifications/initialized", Json(), without_session()));
    }
    if (kind == 0) client.await_answer(client.post_text(R"({"jsonrpc":"2.0","id":)"));
  };
  repeat_until_settled(client, {.size = kRefused, .one = one, .most = kManyBatches});
}

}  // namespace

Scenario routing_server_returns_memory_of_refused_calls() {
  return Scenario{{
      .id = "routing.server_returns_memory_of_refused_calls",
      .question = "Does memory not grow with each request that is refused?",
      .covers = {},
      .drive = &drive,
      .checks = {memory_does_not_grow(), goes_on_serving()},
      .catches = {server_fault::kLeaksMemoryPerRefusal},
      .spares = {server_oddity::kNoSession, server_oddity::kNoDelete},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
