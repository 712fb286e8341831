// SPDX-License-Identifier: Apache-2.0
// Fields without a space or a value, fields nobody knows, a byte order mark, events without a
// name: the call returns its Result.

#include <array>

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::array<StreamText, 8> kVariants = {{
    {"named", "event: message\ndata: %s\n\n"},
    {"without a name", "data: %s\n\n"},
    {"without a space", "event:message\ndata:%s\n\n"},
    {"byte order mark", "\xef\xbb\xbf" "data: %s\n\n"},
    {"unknown fields", "flavour: vanilla\nflavour\ndata: %s\ncolour:\n\n"},
    {"blocks without data", "id: 7\n\nretry: 500\n\n\n\ndata: %s\n\n"},
    {"retry without a number", "retry: soon\nretry: 1.5\nretry:\ndata: %s\n\n"},
    {"name after the data", "data: %s\nevent: message\n\n"},
}};

void drive(ServerDriver& server) {
  server.answer_as(kVariants);
}

}  // namespace

Scenario stream_closure_client_reads_every_field() {
  return Scenario{{
      .id = "stream_closure.client_reads_every_field",
      .question = "Does the client read an event by the rules of its standard?",
      .covers = {req::kReadsBothForms},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(req::kReadsBothForms)},
      .catches = {client_fault::kNeedsEventName},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kRandomIntegerIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
