// SPDX-License-Identifier: Apache-2.0
// A stream was read to its end, and is asked for again from its first event on, as by a client that
// lost the rest: what follows that event comes without a hole and in its order, and the event
// itself does not.

#include "harness/judge/replay.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId stream = client.ask_tool(&AllowedTools::chatty, {.fresh = true});
  client.await_event_id(stream);
  client.await_answer(stream);
  client.watch_end(stream, kWatchOpen);
  client.watch_end(client.get({.last_event_id = client.first_event_id(stream)}), kWatchOpen);
}

}  // namespace

Scenario routing_server_replays_from_the_named_event() {
  return Scenario{{
      .id = "routing.server_replays_from_the_named_event",
      .question = "Does a replay begin right behind the event that was named?",
      .covers = {},
      .drive = &drive,
      .checks = {replay_begins_behind()},
      .catches = {server_fault::kReplaysNamedEvent, server_fault::kSkipsFirstReplayed,
                  server_fault::kReplaysBackwards, server_fault::kReplaysTwice},
      .spares = {server_oddity::kRefusesResume, server_oddity::kNoEventIds,
                 server_oddity::kJsonAnswers},
  }};
}

}  // namespace tailrace::suites
