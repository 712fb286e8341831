// SPDX-License-Identifier: Apache-2.0
// A result asks for input, and then another on a stream that is held open: the client answers each
// by a further round at once: the same call, under a new id, with the state byte for byte.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/client_laws.h"
#include "harness/judge/multi_round.h"
#include "harness/judge/stateless_client.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr const char* kState = R"( a\b "c"/+=% \u00e9 )";
constexpr const char* kNextState = R"(another "one")";
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.ask_for_arguments();
  server.start_client(1);
  const StreamId call = server.await_call();
  server.ask_for_input(call, kState);
  const auto round = server.watch_call(server.until_harm());
  if (!round) return;
  // Once more, on a stream that stays open for now.
  server.send_bare_head(*round);
  server.send_message(*round, server.input_request_for(*round, kNextState));
  server.mark(kMarkInputOnOpenStream, "");
  const auto next = server.watch_call(server.until_harm());
  if (!next) return;
  server.send_end(*round);
  server.answer_with_result(*next);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_stateless_client_gives_input() {
  return Scenario{{
      .id = "routing.stateless_client_gives_input",
      .question = "Is a request for input answered, with a new id and the state as it came?",
      .covers = {req::kInputIsGathered, req::kRoundHasNewId, req::kStateIsKept,
                 req::kNoClientResponses, req::kVersionInEveryHeader, req::kVersionsAgree,
                 req::kMethodInHeader, req::kNameInHeader, req::kMetaIsComplete},
      .drive = &drive,
      .checks = {input_is_given(req::kInputIsGathered, req::kRoundHasNewId, req::kStateIsKept),
                 rounds_repeat_the_call(req::kInputIsGathered),
                 input_is_given_on_open_stream(), call_returns_what_was_sent(Rule{}),
                 posts_carry_no_responses(req::kNoClientResponses),
                 requests_describe_themselves({req::kVersionInEveryHeader, req::kVersionsAgree,
                                               req::kMethodInHeader, req::kNameInHeader,
                                               req::kMetaIsComplete})},
      .catches = {client_fault::kIgnoresInputRequests, client_fault::kKeepsIdForInput,
                  client_fault::kChangesState, client_fault::kWaitsForTerminator,
                  client_fault::kPostsInputAsResponse, client_fault::kLosesArgumentsForInput,
                  client_fault::kLosesResultAfterInput},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kRandomIntegerIds,
                 client_oddity::kClosesAfterResponseQuickly},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
