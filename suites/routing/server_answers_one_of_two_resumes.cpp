// SPDX-License-Identifier: Apache-2.0
// A stream is resumed twice at once: one of the two brings the answer.

#include "harness/judge/replay.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId stream = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.await_event_id(stream);
  client.reset(client.connection_of(stream));
  const StreamId first = client.resume(stream);
  const StreamId second = client.resume(stream);
  client.watch_answer(second, kWatchOpen);
  client.watch_end(first, kWatchOpen);
  client.watch_end(second, kWatchOpen);
  // Both may have ended early: the rest is then to be fetched.
  const bool came = client.is_answered(first) || client.is_answered(second);
  if (!came) client.watch_end(client.resume_until_answered(stream), kWatchOpen);
}

}  // namespace

Scenario routing_server_answers_one_of_two_resumes() {
  return Scenario{{
      .id = "routing.server_answers_one_of_two_resumes",
      .question = "Does the answer come once where a stream is resumed twice at once?",
      .covers = {req::kOneStreamPerMessage, req::kDisconnectIsNoCancel,
                 req::kResponseEndsStream},
      .drive = &drive,
      .checks = {answer_comes_once(req::kOneStreamPerMessage),
                 resume_brings_answer(req::kDisconnectIsNoCancel),
                 resumed_stream_ends(Final::kEither, req::kResponseEndsStream)},
      .catches = {server_fault::kSendsOnAllStreams},
      .spares = {server_oddity::kOneReader, server_oddity::kNoGet},
  }};
}

}  // namespace tailrace::suites
