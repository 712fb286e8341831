// SPDX-License-Identifier: Apache-2.0
// A client that asks whether to send its body is told to go on, or is answered.

#include "harness/judge/routing.h"
#include "harness/judge/upload.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kBeyond{100};

void drive(ClientDriver& client) {
  client.open_session();
  const std::string request =
      client.compose(client.plainest(), Json(), {.headers = {{"Expect", "100-continue"}}});
  const std::size_t body = request.find("\r\n\r\n") + 4;
  const ConnectionId link = client.open_connection();
  const StreamId asked = client.send_bytes(link, request.substr(0, body));
  const auto window =
      std::chrono::duration_cast<Millis>(client.history().read(&continue_window));
  client.watch_continue(asked, window + kBeyond);
  if (client.has_head(asked)) return;  // The final response: no body is wanted.
  client.send_more(link, request.substr(body));
  client.await_answer(asked);
}

}  // namespace

Scenario drain_server_says_continue() {
  return Scenario{{
      .id = "drain.server_says_continue",
      .question = "Is an expectation of 100 (Continue) met?",
      .covers = {req::kOneResponse},
      .drive = &drive,
      .checks = {expectation_is_met()},
      .catches = {server_fault::kNeverSaysContinue},
      .spares = {server_oddity::kRefusesExpectation, server_oddity::kThinks40Ms},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
