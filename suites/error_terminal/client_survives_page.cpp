// SPDX-License-Identifier: Apache-2.0
// A call is answered with 200 and a page, as by a proxy that wants a log-in: it is no message, and
// the call returns.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;
constexpr std::string_view kPage = "<!doctype html><title>Log in</title><p>Who are you?\n";
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  server.respond(server.await_call(), 200, {{"Content-Type", "text/html; charset=utf-8"}}, kPage);
  const auto next = server.watch_call(server.until_harm());
  if (!next) return;
  server.answer_with_result(*next);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario error_terminal_client_survives_page() {
  return Scenario{{
      .id = "error_terminal.client_survives_page",
      .question = "Does a call return that is answered with a page?",
      .covers = {},
      .drive = &drive,
      .checks = {call_returns_from_page()},
      .catches = {client_fault::kHangsOnPages},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
