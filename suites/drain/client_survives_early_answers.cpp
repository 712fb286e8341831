// SPDX-License-Identifier: Apache-2.0
// A large call is refused when a part of it has come, as a server does that takes no more: the call
// returns with an error, soon, whether the rest is read or not, and the next call goes on.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::size_t kArgument = 1 << 20;  // More than what two kernels take unread.
constexpr int kCalls = 3;
constexpr int kTooLarge = 413;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.ask_for_large_calls(kArgument);
  server.start_client(kCalls);
  const Millis window = server.until_harm();
  const auto held = server.watch_upload(window);
  if (!held) return;
  server.mark(kMarkVariant, "the rest is not read");
  server.respond(*held, kTooLarge, {{"Content-Type", "text/plain"}}, "too large");
  server.watch_return(*held, window);
  server.close_connection(*held);
  const auto taken = server.watch_upload(window);
  if (!taken) return;
  server.mark(kMarkVariant, "the rest is read");
  server.respond(*taken, kTooLarge, {{"Content-Type", "text/plain"}}, "too large");
  server.read_all();
  while (const auto call = server.watch_call(window)) server.answer_with_result(*call);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario drain_client_survives_early_answers() {
  return Scenario{{
      .id = "drain.client_survives_early_answers",
      .question = "Does a call return that is refused before its body has come in full?",
      .covers = {},
      .drive = &drive,
      .checks = {refused_calls_return(), call_returns_what_was_sent(Rule{})},
      .catches = {client_fault::kSendsAllFirst, client_fault::kReusesHalfSent},
      .spares = {client_oddity::kSendsRefusedUploads, client_oddity::kNewConnectionPerCall},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
