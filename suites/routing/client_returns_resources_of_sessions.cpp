// SPDX-License-Identifier: Apache-2.0
// One process of a client has many sessions, one after the other, each with a Result and an Error.
// What it opened for one is back when that is closed. We end the connections that it keeps, as
// servers do with idle ones, so that a pool does not count for a leak.

#include "harness/judge/resources.h"
#include "harness/peer/plateau.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kSessions = 40;    // Per batch
constexpr int kCalls = 2;        // Of each

void have_session(ServerDriver& server) {
  server.begin_session(kCalls);
  int calls = 0;
  while (const auto call = server.await_call_of_session()) {
    if (++calls % kCalls == 0) {
      server.answer_with_error(*call);
    } else {
      server.answer_with_result(*call);
    }
  }
  if (calls == 0) server.await_call();  // It makes none: nothing can be asked.
}

void drive(ServerDriver& server) {
  if (!server.can_sample()) server.decline(std::string(kUnserved));
  server.ask_to_listen();
  server.hold_listening_gets();  // What is open when a session is closed goes with it.
  repeat_until_settled(server, {.size = kSessions,
                                .one = [&](int) { have_session(server); },
                                .after_each = [&] { server.end_idle_connections(); },
                                .trend = &resources_trend});
}

}  // namespace

Scenario routing_client_returns_resources_of_sessions() {
  return Scenario{{
      .id = "routing.client_returns_resources_of_sessions",
      .question = "Do closed sessions leave sockets, descriptors, children or memory behind?",
      .covers = {},
      .drive = &drive,
      .checks = {sockets_settle(Rule{}), descriptors_settle(Rule{}), children_settle(Rule{}),
                 threads_settle(Rule{}), memory_does_not_grow(),
                 closed_sessions_leave_no_connections()},
      .catches = {client_fault::kLeaksConnections, client_fault::kLeaksDescriptors,
                  client_fault::kLeaksMemory, client_fault::kLeavesChild,
                  client_fault::kLeaksThreads,
                  client_fault::kKeepsConnectionsOfSessions,
                  client_fault::kKeepsListeningAtClose},
      .spares = {client_oddity::kKeepsFewConnections, client_oddity::kKeepsDescriptorCache,
                 client_oddity::kFillsHeapFirst, client_oddity::kKeepsChild,
                 client_oddity::kSharesConnections},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
