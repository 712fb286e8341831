// SPDX-License-Identifier: Apache-2.0
// A stream that broke off before its answer: the call goes on, and a resume brings the answer.

#include "harness/judge/in_flight.h"
#include "harness/judge/replay.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kAway{500};  // A slow call of the usual length is done by then.

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId stream = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.await_event_id(stream);
  client.reset(client.connection_of(stream));
  client.stay_connected(kAway);
  client.watch_end(client.resume_until_answered(stream), kWatchOpen);
  client.watch_answer(client.ask_tool(&AllowedTools::slow), kWatchServed);  // To compare with.
}

}  // namespace

Scenario routing_server_keeps_answer_of_cut_stream() {
  return Scenario{{
      .id = "routing.server_keeps_answer_of_cut_stream",
      .question = "Does a resume bring the answer of a call whose stream had broken off before?",
      .covers = {req::kDisconnectIsNoCancel, req::kResponseEndsStream, req::kOneResponse},
      .drive = &drive,
      .checks = {resume_brings_answer(req::kDisconnectIsNoCancel),
                 resumed_stream_ends(Final::kEither, req::kResponseEndsStream),
                 resumes_bring_one_response(req::kOneResponse),
                 disconnect_is_no_cancel(req::kDisconnectIsNoCancel)},
      .catches = {server_fault::kSecondResponse, server_fault::kEmptyResume,
                  server_fault::kEndlessResume, server_fault::kDisconnectCancels},
      .spares = {server_oddity::kRefusesResume, server_oddity::kNoEventIds,
                 server_oddity::kJsonAnswers, server_oddity::kSessionIdInEventId},
  }};
}

}  // namespace tailrace::suites
