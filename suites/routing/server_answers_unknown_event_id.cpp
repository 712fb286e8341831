// SPDX-License-Identifier: Apache-2.0
// A resume with an event id that nobody gave out is answered: refused, or with a fresh stream.

#include "harness/judge/replay.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId stream = client.get({.last_event_id = "tailrace-no-such-event"});
  client.watch_head(stream, kWatchOpen);
  client.ask_afterwards("a resume with an unknown event id");
}

}  // namespace

Scenario routing_server_answers_unknown_event_id() {
  return Scenario{{
      .id = "routing.server_answers_unknown_event_id",
      .question = "Is a resume with an unknown event id answered?",
      .covers = {req::kGetIsAnswered, req::kReplaysOneStream},
      .drive = &drive,
      .checks = {get_is_answered(req::kGetIsAnswered),
                 replays_only_its_stream(req::kReplaysOneStream),
                 still_serves(req::kGetIsAnswered), refused_resume_keeps_session()},
      .catches = {server_fault::kHangsOnUnknownEventId, server_fault::kUnknownIdEndsSession,
                  server_fault::kUnknownIdNotFound},
      .spares = {server_oddity::kListensToUnknownId, server_oddity::kNoGet},
  }};
}

}  // namespace tailrace::suites
