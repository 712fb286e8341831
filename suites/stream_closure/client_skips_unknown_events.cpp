// SPDX-License-Identifier: Apache-2.0
// Before the message comes an event of a name that nobody knows, and its data is no message: the
// call returns its Result.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLeaves{10000};  // The client's own shut-down included.

struct Variant {
  std::string_view name;
  std::string_view text;  // Of the stream; %s stands for the message.
};

constexpr std::array<Variant, 3> kVariants = {{
    {"an event with text", "event: note\ndata: all is well\n\nevent: message\ndata: %s\n\n"},
    {"an event with an object", "event: ping\ndata: {}\n\nevent: message\ndata: %s\n\n"},
    {"an event without data",
     "event: keep-alive\n\nevent: close\ndata:\n\nevent: message\ndata: %s\n\n"},
}};

void drive(ServerDriver& server) {
  server.start_client(static_cast<int>(kVariants.size()));
  for (const Variant& variant : kVariants) {
    const StreamId call = server.await_call();
    server.mark(kMarkVariant, std::string(variant.name));
    server.send_bare_head(call);
    server.send_filled(call, variant.text, server.result_for(call));
    server.send_end(call);
  }
  server.await_exit(kLeaves);
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
  }};
}

}  // namespace tailrace::suites
