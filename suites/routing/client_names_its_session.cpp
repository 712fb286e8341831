// SPDX-License-Identifier: Apache-2.0
// After initialize each request names its session and its revision, and each POST accepts JSON and
// event streams: notifications, the listening GET and DELETE too.

#include "harness/judge/client_headers.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 2;
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  const int calls = server.up_to(kCalls);
  server.start_client(calls);
  if (calls > 1) server.answer_with_result(server.await_call());
  const StreamId asked = server.await_call();
  server.send_head(asked);
  server.send_message(asked, server.ping());  // Its answer is a request of the client, too.
  server.send_result(asked, true);
  server.await_exit(kLeaves);
}

}  // namespace

Scenario routing_client_names_its_session() {
  return Scenario{{
      .id = "routing.client_names_its_session",
      .question = "Does every request say what the server must know?",
      .covers = {req::kNamesItsSession, req::kNamesItsRevision, req::kAcceptsBothForms},
      .drive = &drive,
      .checks = {requests_say_what_they_must(req::kNamesItsSession, req::kNamesItsRevision,
                                             req::kAcceptsBothForms)},
      .catches = {client_fault::kDropsSessionHeader, client_fault::kDropsVersionHeader,
                  client_fault::kAcceptsJsonOnly, client_fault::kAcceptsAnything},
      .spares = {client_oddity::kListsToolsFirst, client_oddity::kOpensListeningGet,
                 client_oddity::kNoDelete},
  }};
}

}  // namespace tailrace::suites
