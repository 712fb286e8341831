// SPDX-License-Identifier: Apache-2.0
// An answer in JSON is one object in a complete body.

#include "harness/judge/closure.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

void drive(ClientDriver& client) {
  client.open_session();
  client.await_answer(client.ask_for_result({.prefer_json = true}));
  client.await_answer(client.post(client.plainest(), Json(), {.prefer_json = true}));
  // Some count characters where bytes are announced.
  const std::string id = "\"\xc3\xa9\xe2\x98\x83\"";
  client.await_answer(client.ask_for_result({.id = id, .prefer_json = true}));
  if (client.tools().chatty) {
    client.await_answer(client.ask_tool(&AllowedTools::chatty, {.prefer_json = true}));
  }
}

}  // namespace

Scenario stream_closure_server_completes_json_answers() {
  return Scenario{{
      .id = "stream_closure.server_completes_json_answers",
      .question = "Are answers in JSON complete?",
      .covers = {req::kJsonIsOneObject},
      .drive = &drive,
      .checks = {json_answers_are_whole(req::kJsonIsOneObject)},
      .catches = {server_fault::kCutsJsonAnswers, server_fault::kTwoObjectsInJson,
                  server_fault::kFirstMessageInJson, server_fault::kCountsCharacters},
      .spares = {server_oddity::kIgnoresPreference, server_oddity::kClosesAfterEachResponse},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
