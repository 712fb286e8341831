// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/resumes.h"

#include <algorithm>

#include "harness/judge/resume.h"

namespace tailrace {
namespace {

constexpr Millis kSlowRetry{500};  // A client that keeps to it does no harm, whatever it lacks.
constexpr Millis kTwoRetries = kSlowRetry * 2 + Millis(200);  // Long enough for a resume too many.
constexpr Millis kLongEnough{8000};  // To tell who has given up from who will come back.
constexpr int kGetsTooMany = 4;      // Beyond what the retry leaves room for within the limit.
static_assert(kLongEnough / kSlowRetry > static_cast<int>(kStormResumes));

constexpr Millis kSoonRetry{100};  // Short, so that a resume shows soon.
constexpr Millis kLinger = kSoonRetry + kResumePatience + Millis(500);
constexpr int kCalls = 4;
constexpr Millis kLeaves{10000};  // The linger, and the client's own shut-down.

}  // namespace

void fail_resumes(ServerDriver& server, const AnswerStream& answer) {
  server.use_event_ids(true, kSlowRetry);
  server.limit_calls_from(kLongEnough);
  server.claim_gets();
  server.start_client(1, kTwoRetries);
  const StreamId call = server.await_call();
  server.send_head(call);
  server.send_message(call, server.ping());  // With an id, also where no priming event has one.
  server.send_end(call);
  // The limit may have been stretched; the retry is the same.
  const auto in_time = static_cast<int>(server.call_limit() / kSlowRetry);
  server.answer_resumes(in_time + kGetsTooMany, answer);
}

void await_resume_after(ServerDriver& server, const AnswerStream& answer) {
  server.use_event_ids(true, kSoonRetry);
  // Several, where the client makes them: what goes wrong may do so now and then.
  const int calls = server.up_to(kCalls);
  server.start_client(calls, kLinger);
  answer(server.await_call());
  for (int call = 1; call < calls; ++call) {
    const auto next = server.watch_call(server.call_limit() * 2);
    if (!next) break;
    answer(*next);
  }
  server.await_exit(kLinger + kLeaves);
}

}  // namespace tailrace
