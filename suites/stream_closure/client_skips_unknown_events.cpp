// SPDX-License-Identifier: Apache-2.0
// Before the message comes an event of a name that nobody knows, and its data is no message: the
// call returns its Result.

#include <array>

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
namespace {

constexpr std::array<StreamText, 4> kVariants = {{
    {"an event with text", "event: note\ndata: all is well\n\nevent: message\ndata: %s\n\n"},
    {"an event with an object", "event: ping\ndata: {}\n\nevent: message\ndata: %s\n\n"},
    {"one before an event without a name", "event: ping\ndata: {}\n\ndata: %s\n\n"},
    {"an event without data",
     "event: keep-alive\n\nevent: close\ndata:\n\nevent: message\ndata: %s\n\n"},
}};

void drive(ServerDriver& server) {
  server.answer_as(kVariants);
}

}  // namespace

Scenario stream_closure_client_skips_unknown_events() {
  return Scenario{{
      .id = "stream_closure.client_skips_unknown_events",
      .question = "Does the client skip events of names that it does not know?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_beside_unknown_events()},
      .catches = {client_fault::kFailsOnUnknownEvents},
      .spares = {client_oddity::kReadsEveryEvent, client_oddity::kNewConnectionPerCall},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
