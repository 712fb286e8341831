// SPDX-License-Identifier: Apache-2.0
// A stream that is resumed while its call is in flight carries on where it was, and its session
// outlives it.

#include "harness/judge/in_flight.h"
#include "harness/judge/replay.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId stream = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.await_event_id(stream);
  client.close(client.connection_of(stream));
  client.watch_end(client.resume_until_answered(stream), kWatchOpen);
  client.mark(kMarkAfterwards, "a resumed stream");
  client.watch_answer(client.ask_for_result(), kWatchServed);
  client.watch_answer(client.ask_tool(&AllowedTools::slow), kWatchServed);  // To compare with.
}

}  // namespace

Scenario routing_server_resumes_call_in_flight() {
  return Scenario{{
      .id = "routing.server_resumes_call_in_flight",
      .question = "Does a resume carry on a stream whose call is in flight?",
      .covers = {req::kDisconnectIsNoCancel, req::kResponseEndsStream, req::kOneResponse,
                 req::kUniqueEventIds},
      .drive = &drive,
      .checks = {resume_brings_answer(req::kDisconnectIsNoCancel),
                 resumed_stream_ends(Final::kEither, req::kResponseEndsStream),
                 resumes_bring_one_response(req::kOneResponse),
                 event_ids_are_unique(req::kUniqueEventIds), still_serves(req::kOneResponse),
                 disconnect_is_no_cancel(req::kDisconnectIsNoCancel)},
      .catches = {server_fault::kSecondResponse, server_fault::kEmptyResume,
                  server_fault::kEndlessResume, server_fault::kResumeEndsSession,
                  server_fault::kRepeatsEventIds, server_fault::kHangsOnResume,
                  server_fault::kDisconnectCancels},
      .spares = {server_oddity::kRefusesResume, server_oddity::kNoGet, server_oddity::kOneReader},
  }};
}

}  // namespace tailrace::suites
