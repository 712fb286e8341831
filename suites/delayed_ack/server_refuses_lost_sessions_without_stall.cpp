// SPDX-License-Identifier: Apache-2.0
// What is asked of a session that is over, or by a revision that nobody has, is refused with 404 or
// 400, and as a reply, not as a stream: head and body are one write, or nothing holds the rest.

#include "harness/judge/closure.h"
#include "harness/judge/session.h"
#include "harness/judge/stall.h"
#include "harness/peer/series.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// In a form that servers give out: where DELETE is refused, no session of ours is over.
constexpr const char* kNobodys = "00000000-0000-4000-8000-000000000000";

void drive(ClientDriver& client) {
  const SessionNumber session = client.open_session();
  const bool has_id = client.has_session_id(session);
  const bool is_over = has_id && client.is_accepted(client.delete_session(session));
  const HttpHeader unspoken{"MCP-Protocol-Version", std::string(kNobodysRevision)};
  int asked = 0;
  const Ask ask = [&](ConnectionId on) {
    PostOptions options{.on = on};
    const int kind = ++asked % 3;
    if (kind == 0 && is_over) return client.delete_session(session, on);
    if (kind == 1 && !is_over && has_id) options.session_id = kNobodys;
    if (kind == 2 || !has_id) options.instead = {unspoken};
    return client.post("tools/list", Json(), options);
  };
  const StreamId first = ask({});
  client.await_head(first);
  if (!client.is_accepted(first) && !client.watch_end(first, kWatchOpen)) {
    client.decline("what it refuses is not ended, as drain.server_completes_refusals tells");
  }
  ask_in_turns(client, ask);
}

}  // namespace

Scenario delayed_ack_server_refuses_lost_sessions_without_stall() {
  return Scenario{{
      .id = "delayed_ack.server_refuses_lost_sessions_without_stall",
      .question = "Does no refusal of a lost session or revision wait for a delayed ACK?",
      .covers = {},
      .drive = &drive,
      .checks = {no_delayed_ack_stall(Side::kServer)},
      .catches = {server_fault::kNagleSplitsRefusals, server_fault::kNagleSplitsReplies},
      .spares = {server_oddity::kNagleOneWrite, server_oddity::kNoDelete,
                 server_oddity::kNoSession, server_oddity::kClosesAfterEachResponse},
      .exclusive = true,
  }};
}

}  // namespace tailrace::suites
