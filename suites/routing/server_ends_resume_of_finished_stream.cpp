// SPDX-License-Identifier: Apache-2.0
// A stream that brought its response is over: a resume from there brings nothing, and ends.

#include "harness/judge/replay.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId stream = client.ask_for_result();
  client.await_event_id(stream);
  client.await_answer(stream);
  client.watch_end(client.resume(stream), kWatchOpen);
  client.mark(kMarkAfterwards, "a resume of a stream that was over");
  client.watch_answer(client.ask_for_result(), kWatchServed);
}

}  // namespace

Scenario routing_server_ends_resume_of_finished_stream() {
  return Scenario{{
      .id = "routing.server_ends_resume_of_finished_stream",
      .question = "Is a stream whose response came over for a resume, too?",
      .covers = {req::kResponseEndsStream, req::kOneResponse},
      .drive = &drive,
      .checks = {finished_stream_stays_over(req::kResponseEndsStream),
                 still_serves(req::kOneResponse)},
      .catches = {server_fault::kReplaysResponseAgain, server_fault::kEndlessResume,
                  server_fault::kResumeEndsSession},
      .spares = {server_oddity::kRefusesResume, server_oddity::kSessionIdAsEventId,
                 server_oddity::kNoEventIds},
  }};
}

}  // namespace tailrace::suites
