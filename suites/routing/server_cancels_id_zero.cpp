// SPDX-License-Identifier: Apache-2.0
// 0 is a request id like any other, and can be cancelled.

#include "harness/judge/cancel.h"
#include "harness/judge/closure.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

const std::string kZero = "0";  // As JSON
constexpr Millis kUnderWay{50};  // Some send the head before they hand the call on.

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId call = client.ask_tool(&AllowedTools::slow, {.fresh = true, .id = kZero});
  client.watch_end(call, kUnderWay);
  client.cancel(call);
  client.ask_afterwards("a cancel");
  client.watch_end(call, kWatchOpen);
}

}  // namespace

Scenario routing_server_cancels_id_zero() {
  return Scenario{{
      .id = "routing.server_cancels_id_zero",
      .question = "Can a request with the id 0 be cancelled?",
      .covers = {req::kCancelFreesStream, req::kNoAnswerAfterCancel, req::kOneResponse},
      .drive = &drive,
      .checks = {cancelled_stream_ends(req::kCancelFreesStream),
                 nothing_for_cancelled(req::kNoAnswerAfterCancel), still_serves(req::kOneResponse)},
      .catches = {server_fault::kIgnoresCancelOfZero},
      .spares = {server_oddity::kErrorForCancelled},
  }};
}

}  // namespace tailrace::suites
