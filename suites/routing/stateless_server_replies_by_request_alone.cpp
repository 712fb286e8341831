// SPDX-License-Identifier: Apache-2.0
// Without sessions a reply depends on its request, not on the connection, on what came before, or
// on headers of older revisions; and whatever a server sends, it sends in reply.

#include "harness/judge/server_laws.h"
#include "harness/judge/stateless_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kRounds = 2;

// Of the tool that has something to log, without the level that would allow it.
void ask_for_no_log(ClientDriver& client) {
  Json params;
  params.set("name", client.tools().chatty->name);
  params.set("arguments", client.tools().chatty->arguments);
  client.await_answer(client.post("tools/call", params));
}

void drive(ClientDriver& client) {
  client.open_session();
  const ConnectionId first = client.open_connection();
  const ConnectionId second = client.open_connection();
  for (int round = 0; round < kRounds; ++round) {
    for (const ConnectionId on : {first, second}) {
      const bool usable = client.is_usable(on);
      client.await_answer(
          client.post("tools/list", Json(), {.on = usable ? on : ConnectionId{}}));
    }
    client.await_answer(client.ask_for_result());
  }
  for (int round = 0; client.tools().chatty && round < kRounds; ++round) {
    client.await_answer(client.ask_tool(&AllowedTools::chatty));
  }
  if (client.tools().chatty) ask_for_no_log(client);
  client.await_answer(client.ask_for_result({.headers = {{"Mcp-Session-Id", "of-older-times"}}}));
  client.await_answer(client.ask_for_result({.headers = {{"Last-Event-ID", "of-older-times"}}}));
}

}  // namespace

Scenario routing_stateless_server_replies_by_request_alone() {
  return Scenario{{
      .id = "routing.stateless_server_replies_by_request_alone",
      .question = "Does a reply depend on its request alone, and come in reply?",
      .covers = {req::kJsonOrEvents, req::kOnePath, req::kUnbuffered, req::kNoServerRequests,
                 req::kLogsAskedFor, req::kServerCancels, req::kOldHeadersIgnored, req::kSameLists,
                 req::kDeclaredLists, req::kProgressAtHome},
      .drive = &drive,
      .checks = {requests_get_json_or_events(req::kJsonOrEvents),
                 every_method_is_served_here(req::kOnePath),
                 streams_ask_not_to_be_buffered(req::kUnbuffered),
                 server_sends_no_requests(req::kNoServerRequests),
                 logs_are_asked_for(req::kLogsAskedFor),
                 cancels_are_for_subscriptions(req::kServerCancels),
                 headers_of_sessions_are_ignored(req::kOldHeadersIgnored),
                 lists_are_the_same_everywhere(req::kSameLists),
                 declared_lists_are_answered(req::kDeclaredLists),
                 progress_keeps_to_its_stream(req::kProgressAtHome)},
      .catches = {server_fault::kListsElsewhere, server_fault::kNoAccelHeader,
                  server_fault::kSendsRequests, server_fault::kLogsUnasked,
                  server_fault::kCancelsFinished, server_fault::kOpensSessions,
                  server_fault::kRefusesOldHeaders, server_fault::kListsByConnection,
                  server_fault::kListsNoTools, server_fault::kMixesUpProgress},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kClosesAfterEachResponse,
                 server_oddity::kThinks40Ms},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
