// SPDX-License-Identifier: Apache-2.0
// A tool takes a while, and nothing comes meanwhile: not the head of the answer, or nothing behind
// it. The limit of a call is the caller's own; a shorter one of an HTTP library, for each read,
// must not cut the call off.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kTakes{6000};       // Libraries stop reading after 5 s where nobody says more.
constexpr Millis kCallLimit{16000};  // Far from that: being late is no reason to give up.
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  if (!server.counts_calls()) server.decline(kTellsNoEnds);
  server.limit_calls_from(kCallLimit);
  server.start_client(2);
  const StreamId call = server.await_call();
  server.mark(kMarkVariant, "late head");
  server.stay_connected(kTakes);
  server.answer_with_result(call);
  const StreamId next = server.await_call();
  server.mark(kMarkVariant, "silence behind the head");
  server.send_head(next);
  server.stay_connected(kTakes);
  server.send_result(next, true);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario drain_client_waits_for_slow_answers() {
  return Scenario{{
      .id = "drain.client_waits_for_slow_answers",
      .question = "Does a call get an answer that comes late, but within the limit of the call?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kCutsSlowAnswers},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kOpensListeningGet},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
