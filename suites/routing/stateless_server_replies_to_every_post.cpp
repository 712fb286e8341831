// SPDX-License-Identifier: Apache-2.0
// A notification, one that is broken, a body that is no JSON and a request that says nothing of
// itself: each is a POST, each gets a reply, and those after it are served. AMB-18: a notification
// is accepted or refused.

#include "harness/judge/routing.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

const PostOptions kFresh{.fresh = true};  // Nobody's timer has ended that connection.

void drive(ClientDriver& client) {
  client.open_session();
  const std::vector<StreamId> asked = {
      client.post("notifications/tailrace/hello", Json(), kFresh),
      client.post_text(R"({"jsonrpc":"2.0","method":7})", kFresh),
      client.post_text(R"({"jsonrpc":"2.0","id":)", kFresh),
      client.post_text(R"({"jsonrpc":"2.0","id":"bare","method":"tools/list"})", kFresh)};
  for (const StreamId stream : asked) client.watch_end(stream, kWatchServed);
  client.ask_afterwards("what is no proper request");
}

}  // namespace

Scenario routing_stateless_server_replies_to_every_post() {
  return Scenario{{
      .id = "routing.stateless_server_replies_to_every_post",
      .question = "Does every POST get a reply, be it a notification or broken?",
      .covers = {req::kNoticeGets202, req::kRefusedNotice, req::kNoticeUnanswered,
                 req::kOneResponse},
      .drive = &drive,
      .checks = {notifications_are_accepted(req::kNoticeGets202),
                 refused_notices_get_an_error(req::kRefusedNotice),
                 notifications_get_no_response(req::kNoticeUnanswered),
                 unreadable_text_is_refused(Rule{}), every_request_is_answered(req::kOneResponse),
                 still_serves(req::kOneResponse)},
      .catches = {server_fault::kHangsOnNotices, server_fault::k200ForNotices,
                  server_fault::k200ForBrokenNotices, server_fault::kDropsUnreadable},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kClosesAfterEachResponse},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
