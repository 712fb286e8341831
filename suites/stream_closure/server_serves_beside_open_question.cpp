// SPDX-License-Identifier: Apache-2.0
// A question of the server in mid stream that nobody answers holds up no other call.

#include "harness/judge/cancel.h"
#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kAsks{5000}, kAsksAgain{1000};

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId asking = client.ask_tool(&AllowedTools::asking, {.fresh = true});
  if (!client.watch_message(asking, kAsks)) client.decline("the tool asks nothing");
  client.ask_afterwards("a question that nobody answers");
  // Which of two is answered only their ids tell. It need not ask both at once.
  const StreamId second = client.ask_tool(&AllowedTools::asking, {.fresh = true});
  const bool asks_both = client.watch_message(second, kAsksAgain);
  client.cancel(second);
  client.cancel(asking);
  client.watch_end(asking, kWatchOpen);
  if (asks_both) client.watch_end(second, kWatchOpen);
}

}  // namespace

Scenario stream_closure_server_serves_beside_open_question() {
  return Scenario{{
      .id = "stream_closure.server_serves_beside_open_question",
      .question = "Do other calls go on while a question of the server is unanswered?",
      .covers = {req::kOneResponse, req::kCancelFreesStream, req::kRequestIdsAreUnique},
      .drive = &drive,
      .checks = {still_serves(req::kOneResponse), cancelled_stream_ends(req::kCancelFreesStream),
                 question_ids_are_unique(req::kRequestIdsAreUnique)},
      .catches = {server_fault::kQuestionBlocks, server_fault::kKeepsOpenAfterCancel,
                  server_fault::kRepeatsQuestionIds},
      .spares = {server_oddity::kErrorForCancelled, server_oddity::kNoEventIds},
  }};
}

}  // namespace tailrace::suites
