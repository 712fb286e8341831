// SPDX-License-Identifier: Apache-2.0
// A request that does not say which session it is of, or names a revision that nobody has, is
// refused with 400 in a complete reply, and the session goes on, on the same connection too.

#include "harness/judge/closure.h"
#include "harness/judge/header_laws.h"
#include "harness/judge/refusal.h"
#include "harness/judge/reuse.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr SessionNumber kNone = 99;  // No session of ours has it, so the header is left out.

constexpr Millis kSoon{1500};

// Once; where the reply does not end, as often as shows that it is no accident. Whether it is open.
bool ask_in_vain(ClientDriver& client, const PostOptions& options) {
  for (std::size_t time = 0; time < kOpenStreamsAreHarm && client.can_ask(); ++time) {
    const StreamId asked = client.post("tools/list", Json(), options);
    client.await_head(asked);
    if (time > 0) continue;  // All are watched at once.
    if (client.watch_end(asked, kSoon) || client.is_listening(asked)) return false;
  }
  return true;
}

void drive(ClientDriver& client) {
  const SessionNumber session = client.open_session();
  bool open = client.has_session_id(session) && ask_in_vain(client, {.session = kNone});
  const HttpHeader unspoken{"MCP-Protocol-Version", std::string(kNobodysRevision)};
  open |= ask_in_vain(client, {.instead = {unspoken}});
  if (open) client.watch_ends(kWatchOpen);
  client.mark(kMarkAfterwards, "requests were refused");
  client.watch_answer(client.ask_for_result(), kWatchServed);
}

}  // namespace

Scenario error_terminal_server_refuses_requests_without_session() {
  return Scenario{{
      .id = "error_terminal.server_refuses_requests_without_session",
      .question = "Does a request without its session, or with an unknown revision, get 400?",
      .covers = {req::kNoSessionIs400, req::kUnknownRevisionIs400, req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {requests_without_session_get_400(req::kNoSessionIs400),
                 unknown_revisions_get_400(req::kUnknownRevisionIs400),
                 refusals_are_complete(req::kStreamEndsAsHttp),
                 connection_carries_next_request(req::kAnswerCarriesId), still_serves(Rule{})},
      .catches = {server_fault::kServesWithoutSession, server_fault::kServesUnknownRevision,
                  server_fault::kCutsErrorReplies, server_fault::kExceedsErrorReplies,
                  server_fault::kKeepsRefusalsOpen},
      .spares = {server_oddity::kNoSession, server_oddity::kJsonAnswers},
  }};
}

}  // namespace tailrace::suites
