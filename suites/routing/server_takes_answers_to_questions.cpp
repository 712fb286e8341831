// SPDX-License-Identifier: Apache-2.0
// Two calls ask in mid stream, and are answered by POST, the later one first: each goes on with the
// answer to its own question.

#include "harness/judge/closure.h"
#include "harness/judge/questions.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kAsks{5000}, kAsksAgain{1000};

void drive(ClientDriver& client) {
  client.open_session();
  if (!client.has_session_id(0)) {
    client.decline("without a session nothing says whose question a response answers");
  }
  const StreamId first = client.ask_tool(&AllowedTools::asking, {.fresh = true});
  if (!client.watch_message(first, kAsks)) client.decline("the tool asks nothing");
  const StreamId second = client.ask_tool(&AllowedTools::asking, {.fresh = true});
  const bool asks_both = client.watch_message(second, kAsksAgain);  // It need not.
  if (asks_both) {
    client.answer_questions(second, kAsksAgain);
    client.watch_answer(second, kWatchServed);
  }
  client.answer_questions(first, kAsksAgain);
  client.watch_answer(first, kWatchServed);
  if (!asks_both && client.watch_message(second, kAsksAgain)) {
    client.answer_questions(second, kAsksAgain);
    client.watch_answer(second, kWatchServed);
  }
  client.watch_ends(kWatchOpen);
}

}  // namespace

Scenario routing_server_takes_answers_to_questions() {
  return Scenario{{
      .id = "routing.server_takes_answers_to_questions",
      .question = "Does a call go on when its question is answered, and no other one by that?",
      .covers = {req::kOneResponse, req::kResponseEndsStream, req::kNoticeGets202},
      .drive = &drive,
      .checks = {answered_questions_go_on(), stream_ends(Final::kEither, req::kResponseEndsStream),
                 notifications_are_accepted(req::kNoticeGets202)},
      .catches = {server_fault::kLosesReplies, server_fault::kReplyToOldest,
                  server_fault::kAnswersReplies, server_fault::kHangsOnReplies,
                  server_fault::kEndsStreamAtQuestion},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kNoEventIds},
  }};
}

}  // namespace tailrace::suites
