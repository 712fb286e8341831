// SPDX-License-Identifier: Apache-2.0
// A stream was read to its end, and is asked for again from its first event on, as by a client that
// lost the rest: what follows that event comes without a hole and in its order, and the event
// itself does not. What comes so can be lost, too: its ids can be resumed from. Another call said
// the same in between, and is not replayed.

#include "harness/judge/replay.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kReplay{1000};  // What is stored is sent at once.

// Where nothing of a stream that is over comes again: one whose tool is still notifying.
void resume_in_flight(ClientDriver& client) {
  const StreamId stream = client.ask_tool(&AllowedTools::chatty, {.fresh = true});
  if (!client.watch_message(stream, kReplay) || client.watch_answer(stream, Millis(0))) return;
  const std::string seen = client.last_event_id(stream);
  client.close(client.connection_of(stream));
  if (!seen.empty()) client.watch_end(client.resume_until_answered(stream), kWatchOpen);
}

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId stream = client.ask_tool(&AllowedTools::chatty, {.fresh = true});
  client.await_event_id(stream);
  client.await_answer(stream);
  client.watch_end(stream, kWatchOpen);
  client.watch_answer(client.ask_tool(&AllowedTools::chatty, {.fresh = true}), kWatchServed);
  const StreamId again = client.get({.last_event_id = client.first_event_id(stream)});
  client.watch_end(again, kWatchOpen);
  const std::string replayed = client.first_event_id(again);
  if (replayed.empty()) return resume_in_flight(client);
  const StreamId twice = client.get({.last_event_id = replayed});
  client.watch_answer(twice, kReplay);
  client.watch_end(twice, kWatchOpen);
}

}  // namespace

Scenario routing_server_replays_from_the_named_event() {
  return Scenario{{
      .id = "routing.server_replays_from_the_named_event",
      .question = "Does a replay begin right behind the event that was named?",
      .covers = {req::kReplaysOneStream, req::kResponseEndsStream},
      .drive = &drive,
      .checks = {replay_begins_behind(), replays_only_its_stream(req::kReplaysOneStream),
                 resumed_stream_ends(Final::kEither, req::kResponseEndsStream)},
      .catches = {server_fault::kReplaysNamedEvent, server_fault::kReplaysNamedInFlight,
                  server_fault::kSkipsFirstReplayed,
                  server_fault::kReplaysBackwards, server_fault::kReplaysTwice,
                  server_fault::kReplaysWithoutIds, server_fault::kReplaysUnderNewIds,
                  server_fault::kReplaysOtherStreams, server_fault::kEndlessResume},
      .spares = {server_oddity::kRenamesReplayed, server_oddity::kRefusesResume,
                 server_oddity::kNoEventIds, server_oddity::kJsonAnswers},
  }};
}

}  // namespace tailrace::suites
