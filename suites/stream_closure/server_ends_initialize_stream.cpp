// SPDX-License-Identifier: Apache-2.0
// The stream that answers initialize ends too, whether the revision suits the server or not.

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.insist_on_session();
  client.open_session();
  client.ask_and_watch_ends({[&] { return client.ask_for_unknown_revision(); }});
}

}  // namespace

Scenario stream_closure_server_ends_initialize_stream() {
  return Scenario{{
      .id = "stream_closure.server_ends_initialize_stream",
      .question = "Does the stream that answers initialize end?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kOneResponse},
      .drive = &drive,
      .checks = {stream_ends(Final::kEither, req::kResponseEndsStream, Of::kInitialize),
                 stream_ends_in_order(Final::kEither, req::kStreamEndsAsHttp, Of::kInitialize),
                 every_request_is_answered(req::kOneResponse)},
      .catches = {server_fault::kKeepsInitializeOpen, server_fault::kHangsOnInitialize},
      .spares = {server_oddity::kRefusesUnknownVersion, server_oddity::kHeadWithFirstEvent,
                 server_oddity::kJsonAnswers},
  }};
}

}  // namespace tailrace::suites
