// SPDX-License-Identifier: Apache-2.0
// A call is answered by 404, so its session is gone: the client initializes anew before it asks
// for anything else, and what it sends then, DELETE included, is of the new session.

#include "harness/judge/calls.h"
#include "harness/judge/client_headers.h"
#include "harness/judge/client_laws.h"
#include "harness/judge/client_requests.h"
#include "harness/judge/law.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLeaves{10000};  // The client's own shut-down included.
constexpr int kCalls = 2;

void drive(ServerDriver& server) {
  server.start_client(kCalls);
  server.respond(server.await_call(), 404, {}, "");
  const auto next = server.watch_call(server.until_harm());
  if (!next) return;  // It gave up, which it may.
  server.answer_with_result(*next);
  // Some ask anew for the call that was refused: then there is one more.
  if (const auto more = server.watch_call(server.call_limit())) server.answer_with_result(*more);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_starts_anew_after_lost_session() {
  return Scenario{{
      .id = "routing.client_starts_anew_after_lost_session",
      .question = "Does the client begin a new session when the old one is gone?",
      .covers = {req::kStartsAnewAfter404, req::kNamesItsSession},
      .drive = &drive,
      .checks = {starts_anew_after_404(req::kStartsAnewAfter404),
                 convicts(initialized_is_said(req::kInitializedSaid)),
                 convicts(requests_say_what_they_must(req::kNamesItsSession, Rule{}, Rule{})),
                 convicts(refused_call_returns())},
      .catches = {client_fault::kGoesOnWithLostSession, client_fault::kKeepsLostSession,
                  client_fault::kHangsOnRefusal, client_fault::kSaysInitializedOnce,
                  client_fault::kDeletesLostSession},
      .spares = {client_oddity::kStringRequestIds, client_oddity::kNewConnectionPerCall},
  }};
}

}  // namespace tailrace::suites
