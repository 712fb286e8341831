// SPDX-License-Identifier: Apache-2.0
// Two calls are made at once, and one stream breaks off; before it can be resumed, an event with an
// id comes on the other: the resume names the last id of its own stream.

#include <utility>

#include "harness/judge/at_once.h"
#include "harness/judge/resume.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kRetry{400};
constexpr Millis kBetween{100};
constexpr Millis kLinger = kRetry + kResumePatience;
constexpr int kMostGets = 6;

void drive(ServerDriver& server) {
  server.use_event_ids(true, kRetry);
  server.claim_gets();
  server.ask_for_calls_at_once();
  server.start_client(2, kLinger);
  const StreamId cut = server.await_call();
  const auto other = server.watch_call(server.call_limit() / 2);
  if (!other) server.decline("the client makes one call after the other");
  server.send_head(*other);
  server.send_head(cut);
  server.send_message(cut, server.ping());
  server.stay_connected(kBetween);
  server.send_message(*other, server.ping());  // The newest when it ends, and when it is resumed.
  server.stay_connected(kBetween);
  server.send_end(cut);
  server.stay_connected(kBetween);
  server.send_message(*other, server.ping());
  bool is_over = false;  // The other one's stream.
  server.answer_resumes(kMostGets, [&](StreamId get) {
    server.bring_rest(get, cut);
    if (std::exchange(is_over, true)) return;
    server.send_message(*other, server.result_for(*other));
    server.send_end(*other);
  });
}

}  // namespace

Scenario drain_client_resumes_each_stream_by_its_id() {
  return Scenario{{
      .id = "drain.client_resumes_each_stream_by_its_id",
      .question = "Does a resume name the last event of its own stream?",
      .covers = {req::kResumeAfterDisconnect},
      .drive = &drive,
      .checks = {resumes_name_their_own_stream(req::kResumeAfterDisconnect)},
      .catches = {client_fault::kResumesFromNewestId},
      .spares = {client_oddity::kResumesLate, client_oddity::kNewConnectionPerCall},
  }};
}

}  // namespace tailrace::suites
