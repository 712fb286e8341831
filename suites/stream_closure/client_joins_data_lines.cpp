// SPDX-License-Identifier: Apache-2.0
// The lines of one message are joined by line feeds: the call returns its Result, however the
// message is divided.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLeaves{10000};  // The client's own shut-down included.

struct Variant {
  std::string_view name;
  std::string_view text;  // Of the stream; %s stands for the message.
};

constexpr std::array<Variant, 4> kVariants = {{
    {"one line", "event: message\ndata: %s\n\n"},
    {"blank lines around", "event: message\ndata\ndata: %s\ndata:\n\n"},
    {"two lines", "event: message\ndata: %a\ndata: %b\n\n"},
    {"with a comment between", "event: message\ndata: %a\n: hello\nid: 7\ndata: %b\n\n"},
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

Scenario stream_closure_client_joins_data_lines() {
  return Scenario{{
      .id = "stream_closure.client_joins_data_lines",
      .question = "Does the client join the data lines of an event?",
      .covers = {req::kReadsBothForms},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(req::kReadsBothForms)},
      .catches = {client_fault::kKeepsLastDataLine},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
  }};
}

}  // namespace tailrace::suites
