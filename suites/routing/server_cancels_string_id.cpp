// SPDX-License-Identifier: Apache-2.0
// A request id can be a string, and be cancelled by it.

#include "harness/judge/cancel.h"
#include "harness/judge/closure.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// As JSON; the next where an answer and its cancel crossed, as on a busy machine.
constexpr std::string_view kTexts[] = {"\"7\"", "\"8\"", "\"9\""};
constexpr Millis kUnderWay{50};  // Some send the head before they hand the call on.

void drive(ClientDriver& client) {
  client.open_session();
  StreamId call{};
  for (const std::string_view text : kTexts) {
    call = client.ask_tool(&AllowedTools::slow, {.fresh = true, .id = std::string(text)});
    client.watch_end(call, kUnderWay);
    client.cancel(call);
    client.watch_end(call, kRace);
    if (!client.is_answered(call)) break;
  }
  client.ask_afterwards("a cancel");
  client.watch_end(call, kWatchOpen);
}

}  // namespace

Scenario routing_server_cancels_string_id() {
  return Scenario{{
      .id = "routing.server_cancels_string_id",
      .question = "Can a request whose id is a string be cancelled?",
      .covers = {req::kCancelFreesStream, req::kNoAnswerAfterCancel, req::kOneResponse},
      .drive = &drive,
      .checks = {cancelled_stream_ends(req::kCancelFreesStream),
                 nothing_for_cancelled(req::kNoAnswerAfterCancel), still_serves(req::kOneResponse)},
      .catches = {server_fault::kIgnoresCancelOfText},
      .spares = {server_oddity::kErrorForCancelled},
  }};
}

}  // namespace tailrace::suites
