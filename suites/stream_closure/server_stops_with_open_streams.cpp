// SPDX-License-Identifier: Apache-2.0
// A server that is told to stop (TERM) while streams are open ends them, and then itself.

#include "harness/judge/stopping.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kOpened{2000};

void drive(ClientDriver& client) {
  if (!client.can_stop()) client.decline(std::string(kNotOurs));
  client.open_session();
  const StreamId listening = client.is_stateless() ? client.subscribe() : client.get();
  client.watch_head(listening, kOpened);
  if (client.tools().slow) {
    const StreamId call = client.ask_tool(&AllowedTools::slow, {.fresh = true});
    if (client.tools().slow && !client.is_listening(listening)) client.watch_head(call, kOpened);
  }
  client.stop_server();
}

}  // namespace

Scenario stream_closure_server_stops_with_open_streams() {
  return Scenario{{
      .id = "stream_closure.server_stops_with_open_streams",
      .question = "Does a server that is told to stop end its streams, and then its process?",
      .covers = {req::kStopEndsStreams},
      .drive = &drive,
      .checks = {stops_with_open_streams(req::kStopEndsStreams)},
      .catches = {server_fault::kResetsAtStop, server_fault::kCrashesAtStop},
      .catches_with_sessions = {server_fault::kNeverStopsWithStreams},
      .spares = {server_oddity::kDiesOfTerm, server_oddity::kStopsLate, server_oddity::kNoGet},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
