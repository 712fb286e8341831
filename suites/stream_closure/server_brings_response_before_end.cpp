// SPDX-License-Identifier: Apache-2.0
// A stream ends after its response, or can be resumed until it came: its ids and the time to come
// back are told early enough for that.

#include "harness/judge/server_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 3;

void follow(ClientDriver& client, StreamId stream) {
  client.await_answer(stream);
  const bool can_resume = !client.last_event_id(stream).empty();
  if (!client.is_answered(stream) && can_resume) client.resume_until_answered(stream);
}

void drive(ClientDriver& client) {
  client.open_session();
  for (int call = 0; call < kCalls; ++call) follow(client, client.ask_for_result());
  if (client.tools().chatty) follow(client, client.ask_tool(&AllowedTools::chatty));
}

}  // namespace

Scenario stream_closure_server_brings_response_before_end() {
  return Scenario{{
      .id = "stream_closure.server_brings_response_before_end",
      .question = "Does a stream bring its response before it ends, or let itself be resumed?",
      .covers = {req::kStreamBringsResponse, req::kPriming, req::kRetryBeforeCut,
                 req::kUniqueEventIds},
      .drive = &drive,
      .checks = {requests_get_json_or_events(req::kJsonOrEvents),
                 streams_bring_their_response(req::kStreamBringsResponse),
                 streams_begin_with_an_id(req::kPriming),
                 cut_streams_tell_when_to_return(req::kRetryBeforeCut),
                 event_ids_are_unique(req::kUniqueEventIds)},
      .catches = {server_fault::kEndsUnanswered, server_fault::kNoPriming,
                  server_fault::kCutsWithoutRetry, server_fault::kRepeatsEventIds},
      .spares = {server_oddity::kLetsClientPoll, server_oddity::kNoEventIds,
                 server_oddity::kJsonAnswers, server_oddity::kEndsStreamLate,
                 server_oddity::kSessionIdAsEventId},
  }};
}

}  // namespace tailrace::suites
