// SPDX-License-Identifier: Apache-2.0
// GET and DELETE where the server has neither, and whatever is asked of a session that is over: a
// refusal is a complete reply, with its length or its last chunk. Without sessions too.

#include <utility>
#include <vector>

#include "harness/judge/closure.h"
#include "harness/judge/refusal.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

enum class Kind : std::uint8_t { kGet, kDelete, kRequest };

StreamId ask(ClientDriver& client, Kind kind) {
  if (kind == Kind::kGet) return client.get();
  if (kind == Kind::kDelete) return client.delete_session(0);
  return client.post("tools/list", Json());
}

void leave(ClientDriver& client, StreamId asked, Kind kind) {
  if (kind != Kind::kGet) return client.await_answer(asked);
  if (client.is_listening(asked)) client.close(client.connection_of(asked));
}

// Which of these kinds were refused and the refusal has not ended; all are watched together.
std::vector<Kind> ask_in_vain(ClientDriver& client, const std::vector<Kind>& kinds) {
  std::vector<std::pair<Kind, StreamId>> refused;
  for (const Kind kind : kinds) {
    if (!client.can_ask()) break;
    const StreamId asked = ask(client, kind);
    client.await_head(asked);
    if (client.is_accepted(asked)) {
      leave(client, asked, kind);
    } else {
      refused.emplace_back(kind, asked);
    }
  }
  client.watch_ends(kWatchOpen);
  std::vector<Kind> open;
  for (const auto& [kind, asked] : refused) {
    if (!client.watch_end(asked, Millis(0))) open.push_back(kind);
  }
  return open;
}

void drive(ClientDriver& client) {
  const SessionNumber session = client.open_session();
  if (client.has_session_id(session)) client.delete_session(session);
  const auto open = ask_in_vain(client, {Kind::kGet, Kind::kDelete, Kind::kRequest});
  // As often as shows that it is no accident.
  std::vector<Kind> again;
  for (std::size_t time = 1; time < kOpenStreamsAreHarm; ++time) {
    again.insert(again.end(), open.begin(), open.end());
  }
  if (!again.empty()) ask_in_vain(client, again);
  client.mark(kMarkAfterwards, "requests were refused");
  client.watch_answer(client.ask_for_result({.session = client.open_session()}), kWatchServed);
}

}  // namespace

Scenario drain_server_completes_refusals() {
  return Scenario{{
      .id = "drain.server_completes_refusals",
      .question = "Is what refuses GET, DELETE or an ended session a complete reply?",
      .covers = {req::kStreamEndsAsHttp},
      .drive = &drive,
      .checks = {refusals_are_complete(req::kStreamEndsAsHttp), still_serves(Rule{})},
      .catches = {server_fault::kKeepsRefusalsOpen, server_fault::kCutsErrorReplies},
      .spares = {server_oddity::kClosesAfterEachResponse, server_oddity::kNoDelete,
                 server_oddity::kNoGet, server_oddity::kNoSession},
  }};
}

}  // namespace tailrace::suites
