// SPDX-License-Identifier: Apache-2.0
// The lines of one message are joined by line feeds: the call returns its Result, however the
// message is divided.

#include <array>

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::array<StreamText, 4> kVariants = {{
    {"one line", "event: message\ndata: %s\n\n"},
    {"blank lines around", "event: message\ndata\ndata: %s\ndata:\n\n"},
    {"two lines", "event: message\ndata: %a\ndata: %b\n\n"},
    {"with a comment between", "event: message\ndata: %a\n: hello\nevent: message\ndata: %b\n\n"},
}};

void drive(ServerDriver& server) {
  server.answer_as(kVariants);
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
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
