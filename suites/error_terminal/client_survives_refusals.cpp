// SPDX-License-Identifier: Apache-2.0
// A call is refused with an error status: it returns with an error, soon, and the calls after it
// are made and answered.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::array<int, 6> kStatuses = {400, 403, 429, 500, 502, 503};
constexpr int kCalls = static_cast<int>(kStatuses.size()) + 1;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  const Millis window = server.until_harm();
  for (const int status : kStatuses) {
    const auto call = server.watch_call(window);
    if (!call) return;  // It hangs, or it has left: the checks tell.
    server.mark(kMarkVariant, std::to_string(status));
    // Without a message a 400 sends who speaks older revisions too back to initialize (BC-03).
    if (status == 400 && server.is_stateless()) {
      server.respond(*call, status, {{"Content-Type", "application/json"}},
                     server.error_for(*call));
      continue;
    }
    server.respond(*call, status, {{"Content-Type", "text/plain"}}, "not today");
  }
  // Some ask again where they were refused for a while: all that comes now is answered.
  while (const auto last = server.watch_call(window)) server.answer_with_result(*last);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario error_terminal_client_survives_refusals() {
  return Scenario{{
      .id = "error_terminal.client_survives_refusals",
      .question = "Does a refused call return, and do later calls go on?",
      .covers = {},
      .drive = &drive,
      .checks = {refused_calls_return(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kHangsOnRefusal, client_fault::kBreaksAfterRefusal},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kListsToolsFirst,
                 client_oddity::kAsksAgain},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
