// SPDX-License-Identifier: Apache-2.0
// Comments stand before, between, inside and after events, and mean nothing: the call returns its
// Result.

#include <array>

#include "harness/judge/calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::array<StreamText, 6> kVariants = {{
    {"before", ": hello\n\nevent: message\ndata: %s\n\n"},
    {"empty", ":\n:\n\n:\n\nevent: message\ndata: %s\n\n"},
    {"inside", "event: message\n: hello\ndata: %s\n: there\n\n"},
    {"between lines of data", "event: message\ndata: %a\n: hello\ndata: %b\n\n"},
    {"with colons", "::: data: {}\n\nevent: message\ndata: %s\n\n"},
    {"after", "event: message\ndata: %s\n\n: bye\n\n"},
}};

void drive(ServerDriver& server) {
  server.answer_as(kVariants);
}

}  // namespace

Scenario stream_closure_client_skips_comments() {
  return Scenario{{
      .id = "stream_closure.client_skips_comments",
      .question = "Does the client skip comments wherever they stand?",
      .covers = {req::kSkipsComments},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(req::kSkipsComments)},
      .catches = {client_fault::kFailsOnComments, client_fault::kLosesOneAnswer},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kListsToolsFirst},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
