// SPDX-License-Identifier: Apache-2.0
// A stream is resumed while its first connection is still open: the answer goes to one of the two.

#include "harness/judge/replay.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId stream = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.await_event_id(stream);
  client.decline_unless_in_flight(stream);
  const StreamId second = client.resume(stream);
  client.watch_answer(second, kWatchOpen);
  client.watch_end(stream, kWatchOpen);
  client.watch_end(second, kWatchOpen);
  // Both may have ended early: the rest is then to be fetched.
  const bool came = client.is_answered(stream) || client.is_answered(second);
  if (!came) client.watch_end(client.resume_until_answered(stream), kWatchOpen);
}

}  // namespace

Scenario routing_server_answers_one_of_two_readers() {
  return Scenario{{
      .id = "routing.server_answers_one_of_two_readers",
      .question = "Does the answer come once where a stream is resumed while it is still open?",
      .covers = {req::kOneStreamPerMessage, req::kOneResponse, req::kResponseEndsStream},
      .drive = &drive,
      .checks = {answer_comes_once(req::kOneStreamPerMessage),
                 every_request_is_answered(req::kOneResponse),
                 resumed_stream_ends(Final::kEither, req::kResponseEndsStream)},
      .catches = {server_fault::kSendsOnAllStreams},
      .spares = {server_oddity::kOneReader, server_oddity::kRefusesResume},
  }};
}

}  // namespace tailrace::suites
