// SPDX-License-Identifier: Apache-2.0
// A stream that carried notifications ends after its Result as any other does.

#include "harness/judge/closure.h"
#include "harness/judge/notices.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kHead{500};  // Some send it with the first event only.
constexpr Millis kLastNotices{1500};  // On a listening stream they may come behind the answer.

Json all_levels() {
  return Json(Json::Object{{"level", Json("debug")}});
}

void drive(ClientDriver& client) {
  client.open_session();
  if (!client.is_stateless()) {  // Where some send them.
    client.watch_head(client.get({.on = client.open_connection()}), kHead);
  }
  // Some send no log message before they know which are wanted.
  if (!client.is_stateless() && client.server_declares("logging")) {
    client.await_answer(client.post("logging/setLevel", all_levels()));
  }
  client.ask_and_watch_ends({[&] { return client.ask_tool(&AllowedTools::chatty); }});
  client.watch_ends(kLastNotices);
}

}  // namespace

Scenario stream_closure_server_ends_stream_after_notifications() {
  return Scenario{{
      .id = "stream_closure.server_ends_stream_after_notifications",
      .question = "Does a stream that carried notifications end after its Result?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kOneResponse},
      .drive = &drive,
      .checks = {stream_ends(Final::kResult, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kResult, req::kStreamEndsAsHttp),
                 nothing_follows(Final::kResult, req::kOneResponse, req::kResponseEndsStream),
                 notifications_come()},
      .catches = {server_fault::kKeepsOpenAfterNotifications, server_fault::kSecondResponse,
                  server_fault::kLosesNotifications},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kJsonAnswers,
                 server_oddity::kSseWithContentLength, server_oddity::kNotifiesOnGet},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
