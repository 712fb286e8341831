// SPDX-License-Identifier: Apache-2.0
// A stream breaks off after an event id and before its response: the client waits for `retry`,
// asks for the rest by GET with the last id, and its call returns what comes there.

#include "harness/judge/calls.h"
#include "harness/judge/client_headers.h"
#include "harness/judge/client_laws.h"
#include "harness/judge/law.h"
#include "harness/judge/resume.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kRetry{1500};  // More than what clients wait where they are told nothing.
constexpr Millis kLinger = kRetry + kResumePatience;
constexpr Millis kCallLimit = 4 * kRetry;  // The wait is no reason to give up.
constexpr int kMostGets = 6;

void drive(ServerDriver& server) {
  server.use_event_ids(true, kRetry);
  server.claim_gets();
  server.limit_calls_from(kCallLimit);
  server.declare_logging();
  server.start_client(1, kLinger);
  const StreamId call = server.await_call();
  server.send_head(call);
  server.send_message(call, server.ping());
  // The id of the last event that has one is that of the stream (HTML, 9.2.6).
  server.send_filled(call, "data: %s\n\n", server.log_message("without an id"));
  server.send_end(call);
  server.answer_resumes(kMostGets, [&](StreamId get) {
    server.bring_rest(get, call);
  });
}

}  // namespace

Scenario drain_client_resumes_broken_stream() {
  return Scenario{{
      .id = "drain.client_resumes_broken_stream",
      .question = "Does the client resume a stream that broke off, from its last event?",
      .covers = {req::kBrokenStreamIsPolled, req::kResumeAfterDisconnect, req::kWaitsForRetry,
                 req::kResumesByGet, req::kNamesItsSession, req::kNamesItsRevision,
                 req::kGetAcceptsEvents},
      .drive = &drive,
      .checks = {resumes_broken_stream(req::kBrokenStreamIsPolled, req::kResumeAfterDisconnect),
                 waits_before_resuming(req::kWaitsForRetry),
                 requests_say_what_they_must(req::kNamesItsSession, req::kNamesItsRevision, Rule{}),
                 gets_accept_events(req::kGetAcceptsEvents),
                 resumes_by_get(req::kResumesByGet), call_returns_what_was_sent(Rule{}),
                 resumed_response_is_final(req::kResumeAfterDisconnect),
                 convicts(request_ids_are_unique(req::kRequestIdsAreUnique))},
      .catches = {client_fault::kDropsSessionOnResume, client_fault::kNeverResumes,
                  client_fault::kDropsIdOnResume,
                  client_fault::kResumesFromFirstId, client_fault::kResumesTooEarly,
                  client_fault::kIgnoresRetry, client_fault::kResumesAfterResumed,
                  client_fault::kPostsAgainAfterCut, client_fault::kResumesByPost,
                  client_fault::kForgetsIdAtEventWithout},
      .spares = {client_oddity::kResumesLate, client_oddity::kResumesOnce,
                 client_oddity::kOpensListeningGet, client_oddity::kNewConnectionPerCall},
  }};
}

}  // namespace tailrace::suites
