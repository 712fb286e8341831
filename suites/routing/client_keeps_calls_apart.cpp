// SPDX-License-Identifier: Apache-2.0
// Several calls are made at once, beside a listening GET without an answer where that holds up
// none: all are sent, and each gets its own response, though they come in the opposite order.

#include <vector>

#include "harness/judge/at_once.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::size_t kCalls = 4;
constexpr Millis kGetComes{1000};  // Beside the first call, where not before.
constexpr Millis kLongEnough{8000};  // For each to wait for a quarter of it, and tell which did.
constexpr Millis kLeaves{12000};

void answer(ServerDriver& server, StreamId call) {
  server.send_bare_head(call);
  server.send_message(call, server.result_for(call, "of request " + server.request_id(call)));
  server.send_end(call);
}

void drive(ServerDriver& server) {
  server.claim_listening_gets();
  server.ask_to_listen();
  server.ask_for_calls_at_once();
  server.limit_calls_from(kLongEnough);
  server.start_client(kCalls);
  const Millis patience = server.call_limit() / 2;
  const auto get = server.watch_listening(kGetComes);
  auto first = server.watch_call(patience);
  // A client that waits for its GET is another scenario's matter.
  if (!first && get) server.refuse_get(*get);
  if (!first) first = server.await_call();
  std::vector<StreamId> calls = {*first};
  while (calls.size() < kCalls) {
    const auto call = server.watch_call(patience);
    if (!call) break;  // It waits for another: the checks tell.
    calls.push_back(*call);
  }
  answer(server, calls.back());
  server.watch_return(calls.back(), patience);
  for (std::size_t i = calls.size() - 1; i-- > 0;) answer(server, calls[i]);
  for (std::size_t i = calls.size(); i < kCalls; ++i) {
    const auto call = server.watch_call(server.call_limit());
    if (!call) break;
    answer(server, *call);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_keeps_calls_apart() {
  return Scenario{{
      .id = "routing.client_keeps_calls_apart",
      .question = "Does each of several calls made at once go out, and get its own answer?",
      .covers = {req::kOpenTokensDiffer},
      .drive = &drive,
      .checks = {calls_do_not_wait_for_each_other(), calls_get_their_own_answers(),
                 open_progress_tokens_differ(req::kOpenTokensDiffer)},
      .catches = {client_fault::kKeepsTwoConnections, client_fault::kTakesAnswersInOrder,
                  client_fault::kRepeatsTokens},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds,
                 client_oddity::kRandomIntegerIds, client_oddity::kSendsTokens},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
