// SPDX-License-Identifier: Apache-2.0
// Of revision 2025-03-26: several requests in one array. The response to it brings an answer to
// each of them, and ends after the last: not after the first, and not never.

#include "harness/judge/batches.h"
#include "harness/judge/closure.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId batch = client.ask_for_result_and_ping().stream;
  client.watch_answer(batch, kWatchServed);
  client.watch_end(batch, kWatchOpen);
}

}  // namespace

Scenario stream_closure_server_answers_batches() {
  return Scenario{{
      .id = "stream_closure.server_answers_batches",
      .question = "Does the response to a batch bring all of its answers, and end then?",
      .covers = {req::kBatchesAreRead, req::kBatchIsAnswered, req::kResponseEndsStream},
      .drive = &drive,
      .checks = {batches_are_answered(req::kBatchesAreRead, req::kBatchIsAnswered,
                                      req::kOneResponse),
                 stream_ends(Final::kEither, req::kResponseEndsStream),
                 nothing_follows(Final::kEither, req::kOneResponse, req::kResponseEndsStream)},
      .catches = {server_fault::kRefusesBatches, server_fault::kEndsBatchEarly,
                  server_fault::kKeepsBatchOpen, server_fault::kAnswersBatchTwice},
      .spares = {server_oddity::kBatchInArray, server_oddity::kJsonAnswers,
                 server_oddity::kNoSession, server_oddity::kEndsStreamLate},
      .only_in = "2025-03-26",
  }};
}

}  // namespace tailrace::suites
