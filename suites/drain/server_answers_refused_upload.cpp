// SPDX-License-Identifier: Apache-2.0
// An upload that is refused early: the refusal can be read, and the rest of the body is not taken
// for the next request.

#include "harness/judge/service.h"
#include "harness/judge/upload.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::size_t kBody = 200 << 10;  // More than what is read ahead, less than what is stored.
constexpr std::size_t kFirstPart = 1 << 10;
constexpr Millis kEarly{300};

void drive(ClientDriver& client) {
  const SessionNumber gone = client.open_session();
  if (!client.has_session_id(gone)) client.decline("the server gives no session ids");
  if (!client.is_accepted(client.delete_session(gone))) {
    client.decline("the server ends no sessions, so nothing refuses this upload");
  }
  Json meta, params;
  meta.set("tailrace/padding", std::string(kBody, 'x'));
  params.set("_meta", std::move(meta));
  const std::string request = client.compose("tools/list", params, {.session = gone});
  const std::size_t begun = request.find("\r\n\r\n") + kFirstPart;
  const SessionNumber fresh = client.open_session();
  const ConnectionId link = client.open_connection();
  const StreamId upload = client.send_bytes(link, request.substr(0, begun));
  client.watch_head(upload, kEarly);  // Some answer as soon as they know the session.
  client.send_more(link, request.substr(begun));
  client.await_answer(upload);
  if (client.is_usable(link)) {
    client.watch_answer(client.ask_for_result({.on = link, .session = fresh}), kWatchServed);
  }
}

}  // namespace

Scenario drain_server_answers_refused_upload() {
  return Scenario{{
      .id = "drain.server_answers_refused_upload",
      .question = "Can the refusal of an upload be read, and is its rest no request?",
      .covers = {},
      .drive = &drive,
      .checks = {refused_upload_is_answered()},
      .catches = {server_fault::kTakesUploadForRequest, server_fault::kResetsRefusedUploads},
      .spares = {server_oddity::kRefusesBeforeBody, server_oddity::kClosesBeforeBody,
                 server_oddity::kNoSession},
  }};
}

}  // namespace tailrace::suites
