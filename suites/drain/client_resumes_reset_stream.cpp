// SPDX-License-Identifier: Apache-2.0
// A stream is reset after an event id and before its response: the client waits for `retry` as it
// does where a stream ends, and asks for the rest by GET with the last id.

#include "harness/judge/client_headers.h"
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
constexpr Millis kReadBeforeReset{50};

void drive(ServerDriver& server) {
  server.use_event_ids(true, kRetry);
  server.claim_gets();
  server.limit_calls_from(kCallLimit);
  server.start_client(1, kLinger);
  const StreamId call = server.await_call();
  server.send_head(call);
  server.send_message(call, server.ping());
  server.stay_connected(kReadBeforeReset);  // A reset takes what was not read along.
  server.reset_connection(call);
  server.answer_resumes(kMostGets, [&](StreamId get) {
    server.bring_rest(get, call);
  });
}

}  // namespace

Scenario drain_client_resumes_reset_stream() {
  return Scenario{{
      .id = "drain.client_resumes_reset_stream",
      .question = "Does the client wait before it resumes a stream whose connection was reset?",
      .covers = {req::kWaitsForRetry, req::kNamesItsSession, req::kNamesItsRevision},
      .drive = &drive,
      .checks = {waits_before_resuming(req::kWaitsForRetry),
                 requests_say_what_they_must(req::kNamesItsSession, req::kNamesItsRevision, Rule{}),
                 resumes_in_bounds(),
                 convicts(request_ids_are_unique(req::kRequestIdsAreUnique))},
      .catches = {client_fault::kResumesResetsAtOnce, client_fault::kDropsSessionOnResume},
      .spares = {client_oddity::kResumesLate, client_oddity::kResumesOnce,
                 client_oddity::kOpensListeningGet},
  }};
}

}  // namespace tailrace::suites
