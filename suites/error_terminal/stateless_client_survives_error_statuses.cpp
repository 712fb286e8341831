// SPDX-License-Identifier: Apache-2.0
// Without sessions an Error may come with a status of its own, 404 for a method that the server
// does not know: it ends its call, and the calls after it are made and answered.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

struct Refusal {
  int status;
  std::string_view error;
};

constexpr std::array<Refusal, 5> kRefusals = {{
    {404, R"({"code":-32601,"message":"no such method"})"},
    {400, R"({"code":-32602,"message":"bad arguments"})"},
    {400, R"({"code":-32021,"message":"no sampling",)"
          R"("data":{"requiredCapabilities":{"sampling":{}}}})"},
    {500, R"({"code":-32603,"message":"failed"})"},
    {404, R"({"code":-32601,"message":"no such method","data":null})"},
}};
constexpr int kCalls = static_cast<int>(kRefusals.size()) + 1;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  const Millis window = server.until_harm();
  for (const Refusal& refusal : kRefusals) {
    const auto call = server.watch_call(window);
    if (!call) return;  // It hangs, or it has left: the checks tell.
    const std::string error(refusal.error);
    server.mark(kMarkVariant, std::to_string(refusal.status) + " with an Error");
    server.respond(*call, refusal.status, {{"Content-Type", "application/json"}},
                   R"({"jsonrpc":"2.0","id":)" + server.request_id(*call) + R"(,"error":)" + error +
                       "}");
  }
  // Some ask again where they were refused: all that comes now is answered.
  while (const auto last = server.watch_call(window)) server.answer_with_result(*last);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario error_terminal_stateless_client_survives_error_statuses() {
  return Scenario{{
      .id = "error_terminal.stateless_client_survives_error_statuses",
      .question = "Does an Error with a status of its own end its call, and nothing else?",
      .covers = {},
      .drive = &drive,
      .checks = {refused_calls_return(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kBreaksAfter404, client_fault::kHangsOnRefusal},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds,
                 client_oddity::kAsksAgain},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
