// SPDX-License-Identifier: Apache-2.0
// GET and DELETE are no part of the transport any more: 405, and the connection stays good.

#include "harness/judge/refusal.h"
#include "harness/judge/server_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kRefused{500};  // For the rest of a refusal.

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId get = client.get();
  client.await_head(get);
  client.watch_end(get, kRefused);
  const StreamId erased = client.delete_session(0);
  client.await_answer(erased);
  client.close_all();
  client.await_answer(client.ask_for_result());
}

}  // namespace

Scenario drain_stateless_server_refuses_get_and_delete() {
  return Scenario{{
      .id = "drain.stateless_server_refuses_get_and_delete",
      .question = "Are GET and DELETE answered with 405?",
      .covers = {req::kNoGetNoDelete, req::kStreamEndsAsHttp, req::k405NamesAllowed},
      .drive = &drive,
      .checks = {methods_are_refused(req::kNoGetNoDelete),
                 refusals_are_complete(req::kStreamEndsAsHttp),
                 refused_methods_name_the_allowed(req::k405NamesAllowed)},
      .catches = {server_fault::kServesGetWithoutSessions, server_fault::kCutsErrorReplies,
                  server_fault::kNoAllow},
      .spares = {server_oddity::kClosesAfterEachResponse, server_oddity::kLooksForSession},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
