// SPDX-License-Identifier: Apache-2.0
// A client of HTTP/1.0 sees the end of an answer by its length or by the FIN, and knows no chunks.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/judge/server_laws.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const PostOptions old{.fresh = true, .http10 = true};
  client.ask_and_watch_ends({[&] { return client.ask_for_result(old); }});
}

}  // namespace

Scenario stream_closure_server_completes_http10_answers() {
  return Scenario{{
      .id = "stream_closure.server_completes_http10_answers",
      .question = "Do answers to requests of HTTP/1.0 end?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kOneResponse},
      .drive = &drive,
      .checks = {stream_ends(Final::kEither, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kEither, req::kStreamEndsAsHttp),
                 every_request_is_answered(req::kOneResponse), http10_gets_no_chunks()},
      .catches = {server_fault::kKeepsOpenForHttp10, server_fault::kChunksForHttp10},
      .spares = {server_oddity::kJsonAnswers, server_oddity::kSseWithContentLength},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
