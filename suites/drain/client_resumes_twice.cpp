// SPDX-License-Identifier: Apache-2.0
// A stream breaks off behind its priming event, and the resumed one too, after a further event: the
// client resumes again, from the newest id and after the newest `retry`, and its call returns the
// response in the end.

#include "harness/judge/calls.h"
#include "harness/judge/client_headers.h"
#include "harness/judge/client_requests.h"
#include "harness/judge/law.h"
#include "harness/judge/resume.h"
#include "harness/judge/routing.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kRetry{100};
constexpr Millis kLongerRetry{400};  // What the second break is to wait for.
constexpr std::string_view kEventWithRetry = "id: resumed-1\nretry: 400\ndata: %s\n\n";
constexpr Millis kLinger = kLongerRetry + kResumePatience;
// Clients may wait for longer than `retry` says, and answer a ping late.
constexpr Millis kCallLimit = Millis(8000) + kWatchServed;
constexpr int kMostGets = 6;

void drive(ServerDriver& server) {
  server.use_event_ids(true, kRetry);
  server.claim_gets();
  server.limit_calls_from(kCallLimit);
  server.start_client(1, kLinger);
  const StreamId call = server.await_call();
  server.send_head(call);
  // The id is that of the priming event, where there is one.
  if (!server.sends_priming()) server.send_message(call, server.ping());
  server.send_end(call);
  int resumed = 0;
  server.answer_resumes(kMostGets, [&](StreamId get) {
    const bool first = resumed++ == 0;
    server.send_bare_head(get);
    if (first) {
      server.send_filled(get, kEventWithRetry, server.ping());
    } else {
      server.watch_pongs(kWatchServed);
      server.send_message(get, server.result_for(call));
    }
    server.send_end(get);
  });
}

}  // namespace

Scenario drain_client_resumes_twice() {
  return Scenario{{
      .id = "drain.client_resumes_twice",
      .question = "Does the client resume a stream that breaks off twice?",
      .covers = {req::kBrokenStreamIsPolled, req::kResumeAfterDisconnect, req::kWaitsForRetry,
                 req::kNamesItsSession, req::kNamesItsRevision, req::kPingIsAnswered},
      .drive = &drive,
      .checks = {resumes_broken_stream(req::kBrokenStreamIsPolled, req::kResumeAfterDisconnect),
                 waits_before_resuming(req::kWaitsForRetry),
                 requests_say_what_they_must(req::kNamesItsSession, req::kNamesItsRevision, Rule{}),
                 resumed_response_is_final(req::kResumeAfterDisconnect),
                 call_returns_what_was_sent(Rule{}),
                 convicts(server_pings_are_answered(req::kPingIsAnswered)),
                 convicts(request_ids_are_unique(req::kRequestIdsAreUnique))},
      .catches = {client_fault::kDropsSessionOnResume, client_fault::kResumesFromFirstId,
                  client_fault::kResumesTooEarly,
                  client_fault::kNeverResumes, client_fault::kForgetsEmptyEvents,
                  client_fault::kKeepsFirstRetry, client_fault::kResumesAfterResumed,
                  client_fault::kIgnoresPings},
      .spares = {client_oddity::kOpensListeningGet, client_oddity::kResumesOnce,
                 client_oddity::kAnswersPingsLate},
  }};
}

}  // namespace tailrace::suites
