// SPDX-License-Identifier: Apache-2.0
// Two calls are asked for input, the second one without a state, and a third is not: what belongs
// to the rounds of one call does not come with the others.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/stateless_client.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 3;
constexpr Millis kLeaves{10000};

// False where no round came: another scenario's matter.
bool ask_for_input(ServerDriver& server, const std::string& state) {
  const StreamId call = server.await_call();
  server.ask_for_input(call, state);
  const auto round = server.watch_call(server.until_harm());
  if (round) server.answer_with_result(*round);
  return round.has_value();
}

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  if (!ask_for_input(server, "of the first call")) return;
  if (!ask_for_input(server, "")) return;
  if (const auto last = server.watch_call(server.until_harm())) server.answer_with_result(*last);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_stateless_client_keeps_rounds_to_their_calls() {
  return Scenario{{
      .id = "routing.stateless_client_keeps_rounds_to_their_calls",
      .question = "Does what belongs to the rounds of one call not come with others?",
      .covers = {req::kStateIsOfOneCall, req::kNoStateWithoutOne},
      .drive = &drive,
      .checks = {rounds_keep_to_their_calls(req::kStateIsOfOneCall, req::kNoStateWithoutOne)},
      .catches = {client_fault::kLeaksRounds, client_fault::kSendsEmptyState},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
