// SPDX-License-Identifier: Apache-2.0
// A connection that the client does not keep: the body ends by its own framing before it is closed.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const PostOptions closes{.fresh = true, .headers = {{"Connection", "close"}}};
  client.ask_and_watch_ends({[&] { return client.ask_for_result(closes); }});
}

}  // namespace

Scenario stream_closure_server_completes_answers_before_close() {
  return Scenario{{
      .id = "stream_closure.server_completes_answers_before_close",
      .question = "Is an answer complete on a connection that the client does not keep?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kOneResponse},
      .drive = &drive,
      .checks = {stream_ends(Final::kEither, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kEither, req::kStreamEndsAsHttp),
                 every_request_is_answered(req::kOneResponse)},
      .catches = {server_fault::kNoEndBeforeClose},
      .spares = {server_oddity::kCloseDelimited, server_oddity::kClosesAfterEachResponse},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
