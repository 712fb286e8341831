// SPDX-License-Identifier: Apache-2.0
// A body that is no JSON, an unknown method, GET and DELETE where the server has neither, and what
// is asked of a session that is over: a refusal is a complete reply, without sessions too.

#include <utility>
#include <vector>

#include "harness/judge/closure.h"
#include "harness/judge/refusal.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

enum class Kind : std::uint8_t { kNoJson, kNoMethod, kGet, kDelete, kRequest };
using Kinds = std::vector<Kind>;

StreamId ask(ClientDriver& client, Kind kind) {
  if (kind == Kind::kNoJson) return client.post_text(R"({"jsonrpc":"2.0","id":)");
  if (kind == Kind::kGet) return client.get();
  if (kind == Kind::kDelete) return client.delete_session(0);
  return client.post(kind == Kind::kNoMethod ? "tailrace/no_such_method" : "tools/list", Json());
}

void leave(ClientDriver& client, StreamId asked, Kind kind) {
  if (kind != Kind::kGet) return client.await_answer(asked);
  if (client.is_listening(asked)) client.close(client.connection_of(asked));
}

// All are watched together. Kinds whose refusals stay open come more often: no accident is left.
void ask_in_vain(ClientDriver& client, const Kinds& kinds, bool again = false) {
  std::vector<std::pair<Kind, StreamId>> refused;
  for (const Kind kind : kinds) {
    if (!client.can_ask()) break;
    const StreamId asked = ask(client, kind);
    // The head of a stream to listen on may come with its first event.
    if (kind == Kind::kGet && !client.watch_head(asked, kWatchOpen)) continue;
    client.await_head(asked);
    if (!client.is_accepted(asked)) refused.emplace_back(kind, asked);
    if (client.is_accepted(asked)) leave(client, asked, kind);
  }
  client.watch_ends(kWatchOpen);
  Kinds open;
  for (const auto& [kind, asked] : refused) {
    if (client.watch_end(asked, Millis(0))) continue;
    open.insert(open.end(), kOpenStreamsAreHarm - 1, kind);
  }
  if (!again && !open.empty()) ask_in_vain(client, open, true);
}

void drive(ClientDriver& client) {
  const SessionNumber session = client.open_session();
  ask_in_vain(client, {Kind::kNoJson, Kind::kNoMethod});
  if (client.has_session_id(session)) client.delete_session(session);
  ask_in_vain(client, {Kind::kGet, Kind::kDelete, Kind::kRequest});
  client.mark(kMarkAfterwards, "requests were refused");
  client.watch_answer(client.ask_for_result({.session = client.open_session()}), kWatchServed);
}

}  // namespace

Scenario drain_server_completes_refusals() {
  return Scenario{{
      .id = "drain.server_completes_refusals",
      .question = "Is what refuses a request, GET, DELETE or an ended session a complete reply?",
      .covers = {req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {refusals_are_complete(req::kStreamEndsAsHttp), still_serves(Rule{}),
                 unreadable_text_is_refused(Rule{})},
      .catches = {server_fault::kKeepsRefusalsOpen, server_fault::kCutsErrorReplies,
                  server_fault::k200ForBrokenNotices},
      .spares = {server_oddity::kClosesAfterEachResponse, server_oddity::kNoDelete,
                 server_oddity::kNoGet, server_oddity::kNoSession},
  }};
}

}  // namespace tailrace::suites
