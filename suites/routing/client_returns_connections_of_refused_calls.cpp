// SPDX-License-Identifier: Apache-2.0
// Many calls in one session are refused, one after the other, each with a page for its body. Their
// connections are used again or closed: what is not read of a refusal may be forgotten with it.

#include <array>
#include <string>

#include "harness/judge/reuse.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 60;  // More than any pool keeps idle to one server.
// Which nobody asks again after; and a 400 without a message means an older server to some.
constexpr std::array<int, 2> kStatuses = {500, 400}, kWithoutSessions = {500, 501};
// Short bodies come with their head, and free the connection though nobody reads them (undici: up
// to 16 KiB).
constexpr std::size_t kPage = 64 << 10;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.limit_calls_from(kClosesByTimer * 2);
  server.start_client(kCalls);
  const std::string page(kPage, 'x');
  const auto& statuses = server.is_stateless() ? kWithoutSessions : kStatuses;
  for (std::size_t call = 0; call < kCalls; ++call) {
    const auto stream = server.watch_call(server.until_harm());
    if (!stream) return;  // Refusals may end its session: another scenario's matter.
    if (call + 1 == kCalls) server.watch_idle_connections();
    server.respond(*stream, statuses[call % statuses.size()], {{"Content-Type", "text/plain"}},
                   page);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_returns_connections_of_refused_calls() {
  return Scenario{{
      .id = "routing.client_returns_connections_of_refused_calls",
      .question = "Are the connections of calls that were refused used again or closed?",
      .covers = {},
      .drive = &drive,
      .checks = {connections_do_not_pile_up()},
      .catches = {client_fault::kLeaksRefused},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds,
                 client_oddity::kClosesConnectionsLate},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
