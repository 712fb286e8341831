// SPDX-License-Identifier: Apache-2.0
// A stream breaks off before its response. There is no resuming any more: neither a GET nor a
// Last-Event-ID comes, and the request is not sent again under its old id.

#include "harness/judge/resume.h"
#include "harness/judge/stateless_client.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;
constexpr Millis kRetry{200};
constexpr Millis kLinger = kRetry + kResumePatience;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.use_event_ids(false, kRetry);
  server.start_client(kCalls, kLinger);
  const StreamId call = server.await_call();
  server.send_bare_head(call);
  // Servers that speak older revisions too may send ids: they mean nothing here.
  server.send_chunk(call, "id: lost-1\nretry: 200\ndata: \n\n");
  server.send_end(call);
  const Millis window = server.call_limit() * 2 + kLinger;
  while (const auto next = server.watch_call(window)) server.answer_with_result(*next);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario drain_stateless_client_does_not_resume() {
  return Scenario{{
      .id = "drain.stateless_client_does_not_resume",
      .question = "Does a client without sessions leave a broken stream alone?",
      .covers = {req::kBrokenStreamIsLost},
      .drive = &drive,
      .checks = {broken_stream_is_not_resumed(req::kBrokenStreamIsLost)},
      .catches = {client_fault::kResumesWithoutSessions, client_fault::kPostsAgainAfterCut},
      .spares = {client_oddity::kAsksAgain, client_oddity::kNewConnectionPerCall},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
