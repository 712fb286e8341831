// SPDX-License-Identifier: Apache-2.0
// One of two calls in flight loses its stream and resumes it: the other one keeps its own.

#include "harness/judge/closure.h"
#include "harness/judge/replay.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId broken = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  const StreamId beside = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.await_event_id(broken);
  client.await_event_id(beside);
  client.decline_unless_in_flight(broken);
  client.close(client.connection_of(broken));
  const StreamId rest = client.resume_until_answered(broken);
  client.watch_answer(beside, kWatchServed);
  client.watch_answer(rest, kWatchOpen);
  client.watch_end(rest, kWatchOpen);
}

}  // namespace

Scenario routing_server_resumes_beside_other_call() {
  return Scenario{{
      .id = "routing.server_resumes_beside_other_call",
      .question = "Does a resume leave the stream of another call alone?",
      .covers = {req::kReplaysOneStream, req::kEventIdFindsStream, req::kResponseEndsStream},
      .drive = &drive,
      .checks = {replays_only_its_stream(req::kReplaysOneStream),
                 resume_brings_answer(req::kEventIdFindsStream),
                 resumed_stream_ends(Final::kEither, req::kResponseEndsStream)},
      .catches = {server_fault::kResumeTakesOther, server_fault::kHangsOnResume},
      .spares = {server_oddity::kRefusesResume, server_oddity::kOneReader,
                 server_oddity::kServesFourAtOnce},
  }};
}

}  // namespace tailrace::suites
