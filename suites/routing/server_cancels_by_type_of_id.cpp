// SPDX-License-Identifier: Apache-2.0
// Two calls are in flight whose ids are the same digits, one a number and one a string: a cancel
// of the one leaves the other alone.

#include "harness/judge/cancel.h"
#include "harness/judge/closure.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kUnderWay{50};  // Some send the head before they hand the call on.

// Which of the two came first decides whom a table by text takes for the other.
void cancel_one(ClientDriver& client, const std::string& first, const std::string& second,
                const std::string& cancelled) {
  const StreamId one = client.ask_tool(&AllowedTools::slow, {.fresh = true, .id = first});
  client.watch_end(one, kUnderWay);
  const StreamId two = client.ask_tool(&AllowedTools::slow, {.fresh = true, .id = second});
  client.watch_end(two, kUnderWay);
  const bool is_first = cancelled == first;
  client.cancel(is_first ? one : two);
  client.await_answer(is_first ? two : one);
  client.watch_end(is_first ? one : two, kWatchOpen);
}

void drive(ClientDriver& client) {
  client.open_session();
  cancel_one(client, "900", "\"900\"", "900");
  cancel_one(client, "\"901\"", "901", "901");
}

}  // namespace

Scenario routing_server_cancels_by_type_of_id() {
  return Scenario{{
      .id = "routing.server_cancels_by_type_of_id",
      .question = "Does a cancel of a number spare the call whose id is the same digits as text?",
      .covers = {req::kNoAnswerAfterCancel},
      .drive = &drive,
      .checks = {cancel_spares_other_calls()},
      .catches = {server_fault::kCancelsIdsByText},
      .spares = {server_oddity::kErrorForCancelled},
  }};
}

}  // namespace tailrace::suites
