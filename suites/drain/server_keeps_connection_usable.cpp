// SPDX-License-Identifier: Apache-2.0
// A finished body leaves the connection usable: the next request on it is answered right. Between
// two of them there is time enough to see the end of a connection that is not kept.

#include <array>

#include "harness/judge/reuse.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// Far below what servers close a connection after.
constexpr std::size_t kSessions = 3, kCalls = 4;
// And these below the time. They differ, so that no timer of a server's fits all of them.
constexpr std::array<Millis, 3> kIdle = {Millis(14), Millis(23), Millis(35)};

void drive(ClientDriver& client) {
  for (std::size_t number = 0; number < kSessions; ++number) {
    const SessionNumber session = client.open_session();
    client.stay_connected(kIdle[number]);  // After the 202 of its notification.
    for (std::size_t call = 0; call < kCalls; ++call) {
      const PostOptions in{.session = session};
      const bool error = call % 2 == 1;  // An Error must leave it usable too.
      client.await_answer(error ? client.ask_for_error(0, in) : client.ask_for_result(in));
      client.stay_connected(kIdle[(number + call) % kIdle.size()]);
    }
  }
}

}  // namespace

Scenario drain_server_keeps_connection_usable() {
  return Scenario{{
      .id = "drain.server_keeps_connection_usable",
      .question = "Does a finished body leave the connection usable for the next request?",
      .covers = {req::kAnswerCarriesId, req::kOneResponse},
      .drive = &drive,
      .checks = {connection_carries_next_request(req::kAnswerCarriesId),
                 every_request_is_answered(req::kOneResponse)},
      .catches = {server_fault::kCorruptsReusedConnection, server_fault::kResetsReusedConnection,
                  server_fault::kResetsAfterError},
      .catches_with_sessions = {server_fault::kResetsAfterAccept},
      .spares = {server_oddity::kClosesAfterEachResponse, server_oddity::kClosesAfter100Requests,
                 server_oddity::kCloseDelimited},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
