// SPDX-License-Identifier: Apache-2.0
// The same of sessions that go wrong: initialize is refused, a call is, its stream ends early or
// its connection is reset.

#include "harness/judge/resources.h"
#include "harness/peer/plateau.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kSessions = 30;      // Per batch
constexpr Millis kCallLimit{300};  // Some clients learn of a stream that ended early by it alone.

enum Kind { kInitializeRefused, kCallRefused, kStreamCut, kReset, kKinds };

void have_session(ServerDriver& server, int number) {
  const int kind = number % kKinds;
  server.refuse_initialize(kind == kInitializeRefused ? 503 : 0);
  server.begin_session(1);
  // Some clients ask again.
  while (const auto call = server.await_call_of_session()) {
    if (kind == kCallRefused) {
      server.respond(*call, 500, {{"Content-Type", "text/plain"}}, "not now");
    } else if (kind == kReset) {
      server.reset_connection(*call);
    } else {
      server.send_bare_head(*call);
      server.close_connection(*call);
    }
  }
}

void drive(ServerDriver& server) {
  if (!server.can_sample()) server.decline(std::string(kUnserved));
  server.limit_calls(kCallLimit);
  repeat_until_settled(server, {.size = kSessions,
                                .one = [&](int number) { have_session(server, number); },
                                .after_each = [&] { server.end_idle_connections(); },
                                .trend = &counts_trend});
}

}  // namespace

Scenario routing_client_returns_resources_of_broken_sessions() {
  return Scenario{{
      .id = "routing.client_returns_resources_of_broken_sessions",
      .question = "Do sessions that went wrong leave sockets, descriptors or children behind?",
      .covers = {},
      .drive = &drive,
      .checks = {sockets_settle(Rule{}), descriptors_settle(Rule{}), children_settle(Rule{})},
      .catches = {client_fault::kLeaksBrokenConnections},
      .spares = {client_oddity::kKeepsFewConnections},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
