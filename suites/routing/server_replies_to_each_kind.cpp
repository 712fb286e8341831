// SPDX-License-Identifier: Apache-2.0
// Each kind of message, GET and DELETE get the reply that is theirs; what was agreed on is kept.

#include "harness/judge/closure.h"
#include "harness/judge/server_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

Json unknown_level() {
  return Json(Json::Object{{"level", Json("loud")}});
}

void drive(ClientDriver& client) {
  client.open_session();
  const SessionNumber other = client.open_session();
  const StreamId listening = client.get();
  client.watch_head(listening, kWatchOpen);
  client.await_answer(client.ask_for_result());
  for (std::size_t kind = 0; kind < ClientDriver::kErrorKinds; ++kind) {
    client.await_answer(client.ask_for_error(kind));
  }
  if (client.tools().chatty) client.await_answer(client.ask_tool(&AllowedTools::chatty));
  if (client.server_declares("tools")) client.await_answer(client.post("tools/list", Json()));
  if (client.server_declares("logging")) {
    client.await_answer(client.post("logging/setLevel", unknown_level()));
  }
  client.await_answer(client.post_text(R"({"jsonrpc":"2.0","method":7})"));
  client.await_answer(client.post_text(R"({"jsonrpc":"2.0","id":"nobody","result":{}})"));
  if (client.has_session_id(other)) client.delete_session(other);
  if (client.is_listening(listening)) client.close(client.connection_of(listening));
  client.watch_ends(kWatchOpen);  // Leaving first would hide a reply that never ends.
}

}  // namespace

Scenario routing_server_replies_to_each_kind() {
  return Scenario{{
      .id = "routing.server_replies_to_each_kind",
      .question = "Does each kind of message get the reply that is meant for it?",
      .covers = {req::kJsonOrEvents, req::kNoticeGets202, req::kRefusedNotice,
                 req::kNoticeUnanswered, req::kGetAtEndpoint, req::kGetIsAnswered,
                 req::kGetBringsNoResponse, req::k405NamesAllowed, req::kSessionIdIsVisible,
                 req::kSessionIdIsSecret, req::kInitializeInFull, req::kWaitsForInitialized,
                 req::kClientDeclared, req::kLoggingDeclared, req::kDeclaredLists,
                 req::kLogLevelExists, req::kGetBringsNoProgress},
      .drive = &drive,
      .checks = {requests_get_json_or_events(req::kJsonOrEvents),
                 notifications_are_accepted(req::kNoticeGets202),
                 refused_notices_get_an_error(req::kRefusedNotice),
                 notifications_get_no_response(req::kNoticeUnanswered),
                 get_is_served_at_the_endpoint(req::kGetAtEndpoint),
                 get_brings_events_or_405(req::kGetIsAnswered),
                 get_carries_no_response(req::kGetBringsNoResponse),
                 refused_methods_name_the_allowed(req::k405NamesAllowed),
                 session_ids_are_visible(req::kSessionIdIsVisible),
                 session_ids_cannot_be_guessed(req::kSessionIdIsSecret),
                 initialize_is_answered_in_full(req::kInitializeInFull),
                 nothing_is_asked_before_initialized(req::kWaitsForInitialized),
                 client_features_are_declared(req::kClientDeclared),
                 server_features_are_declared(req::kLoggingDeclared),
                 declared_lists_are_answered(req::kDeclaredLists),
                 unknown_log_levels_are_refused(req::kLogLevelExists),
                 progress_is_not_on_get(req::kGetBringsNoProgress)},
      .catches = {server_fault::kAsksBeforeInitialized, server_fault::kIncompleteInitialize,
                  server_fault::k200ForBrokenNotices, server_fault::kSpaceInSessionId,
                  server_fault::kTakesAnyLogLevel, server_fault::kHangsOnNotices,
                  server_fault::kCountsSessions, server_fault::kLogsUndeclared,
                  server_fault::k200ForNotices, server_fault::kProgressOnGet,
                  server_fault::kNeverEnds202, server_fault::kAnswersOnGet, server_fault::kNoAllow,
                  server_fault::kListsNoTools, server_fault::kGetNotFound,
                  server_fault::kErrorsOnGet, server_fault::kRefusesGet, server_fault::kPlainText},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kNoGet, server_oddity::kNoDelete,
                 server_oddity::kNoSession},
  }};
}

}  // namespace tailrace::suites
