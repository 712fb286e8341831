// SPDX-License-Identifier: Apache-2.0
// Clients that leave in mid stream, by FIN, by RST or by reading no more, do not end the session.

#include "harness/judge/service.h"
#include "harness/peer/call_batches.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kUnderWay{50};
constexpr Millis kCleanUp{200};
constexpr Millis kLongest{3000};

void drive(ClientDriver& client) {
  client.open_session();
  const Millis done = time_until_done(client, kCleanUp, kLongest);
  enum class Leave { kFin, kRst, kSilence };
  for (const Leave leave : {Leave::kSilence, Leave::kFin, Leave::kRst}) {
    const StreamId stream = client.ask_tool(&AllowedTools::slow, {.fresh = true});
    const ConnectionId link = client.connection_of(stream);
    client.watch_head(stream, kUnderWay);
    if (leave == Leave::kFin) client.close(link);
    if (leave == Leave::kRst) client.reset(link);
    if (leave == Leave::kSilence) client.pause_reading(link);
    client.stay_connected(done);  // Until its handler has met what was done to it.
  }
  client.ask_afterwards("clients that left in mid stream");
}

}  // namespace

Scenario drain_server_serves_after_left_streams() {
  return Scenario{{
      .id = "drain.server_serves_after_left_streams",
      .question = "Is a session served on when clients leave in mid stream?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {still_serves(req::kOneResponse)},
      .catches = {server_fault::kLeftStreamEndsSession},
      .spares = {server_oddity::kNoEventIds, server_oddity::kClosesAfterEachResponse},
  }};
}

}  // namespace tailrace::suites
