// SPDX-License-Identifier: Apache-2.0
// A result of a type that the client cannot know is an error for its caller, one of the usual type
// a result. One without a type is not sent: at this revision a server always says it.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/unknown_result.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::array<std::string_view, 2> kTypes = {"com.example/odd", "complete"};
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(static_cast<int>(kTypes.size()));
  for (const std::string_view type : kTypes) {
    const StreamId call = server.await_call();
    server.mark(kMarkVariant, std::string(type));
    server.send_bare_head(call);
    server.send_message(call, server.result_of_type(call, type));
    server.send_end(call);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario error_terminal_stateless_client_refuses_unknown_result() {
  return Scenario{{
      .id = "error_terminal.stateless_client_refuses_unknown_result",
      .question = "Is a result of a type that the client cannot know an error for its caller?",
      .covers = {req::kUnknownTypeIsInvalid},
      .drive = &drive,
      .checks = {unknown_result_is_refused(req::kUnknownTypeIsInvalid)},
      .catches = {client_fault::kTakesUnknownTypes},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kRandomIntegerIds},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
