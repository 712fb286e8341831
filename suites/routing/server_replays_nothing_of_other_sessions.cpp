// SPDX-License-Identifier: Apache-2.0
// An event id of one session is worth nothing in another: no session reads what is not its own.

#include <algorithm>

#include "harness/judge/replay.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

const std::string kOnlyInOne = "\"of-session-one\"";  // An id that the other session never sees.
constexpr Millis kReplay{300};  // What is stored is sent at once,
constexpr int kTimesACall = 3;  // as far as the server does anything at once.

void drive(ClientDriver& client) {
  const SessionNumber one = client.open_session();
  const SessionNumber two = client.open_session();
  if (!client.has_session_id(one)) client.decline("the server keeps no sessions");
  const StreamId stream = client.ask_for_result({.session = one, .id = kOnlyInOne});
  client.await_event_id(stream);
  client.await_answer(stream);
  const std::string event = client.first_event_id(stream);
  const StreamId foreign = client.get({.session = two, .last_event_id = event});
  client.watch_head(foreign, kWatchOpen);
  client.watch_answer(foreign, std::max(kReplay, client.time_of(stream) * kTimesACall));
}

}  // namespace

Scenario routing_server_replays_nothing_of_other_sessions() {
  return Scenario{{
      .id = "routing.server_replays_nothing_of_other_sessions",
      .question = "Does a resume with an event id of another session bring nothing of it?",
      .covers = {req::kReplaysOneStream, req::kGetIsAnswered},
      .drive = &drive,
      .checks = {replays_only_its_stream(req::kReplaysOneStream),
                 get_is_answered(req::kGetIsAnswered)},
      .catches = {server_fault::kReplaysOtherSessions},
      .spares = {server_oddity::kListensToUnknownId, server_oddity::kNoSession,
                 server_oddity::kNoGet},
  }};
}

}  // namespace tailrace::suites
