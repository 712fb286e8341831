// SPDX-License-Identifier: Apache-2.0
// Two streams broke off: each event id leads to its own stream, and to no message of the other.

#include "harness/judge/replay.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kAway{500};  // Both calls are done by then.

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId one = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  const StreamId two = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.await_event_id(one);
  client.await_event_id(two);
  client.reset(client.connection_of(one));
  client.reset(client.connection_of(two));
  client.stay_connected(kAway);
  const StreamId first = client.resume_until_answered(one);
  const StreamId second = client.resume_until_answered(two);
  client.watch_end(first, kWatchOpen);
  client.watch_end(second, kWatchOpen);
}

}  // namespace

Scenario routing_server_resumes_each_stream_by_its_id() {
  return Scenario{{
      .id = "routing.server_resumes_each_stream_by_its_id",
      .question = "Does each event id lead to its own stream?",
      .covers = {req::kReplaysOneStream, req::kEventIdFindsStream, req::kResponseEndsStream},
      .drive = &drive,
      .checks = {replays_only_its_stream(req::kReplaysOneStream),
                 resume_brings_answer(req::kEventIdFindsStream),
                 resumed_stream_ends(Final::kEither, req::kResponseEndsStream)},
      .catches = {server_fault::kReplaysOtherStreams, server_fault::kEmptyResume},
      .spares = {server_oddity::kRefusesResume, server_oddity::kSessionIdAsEventId,
                 server_oddity::kSessionIdInEventId},
  }};
}

}  // namespace tailrace::suites
