// SPDX-License-Identifier: Apache-2.0
// A cancelled call ends: its stream does, no Result comes, and the session goes on.

#include "harness/judge/cancel.h"
#include "harness/judge/closure.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

// The head tells nothing: it may come only with the first event, or before the call is under way.
constexpr Millis kUnderWay{50};

void drive(ClientDriver& client) {
  client.open_session();
  const StreamId call = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  const StreamId beside = client.ask_tool(&AllowedTools::slow, {.fresh = true});
  client.watch_end(call, kUnderWay);
  client.cancel(call);
  client.ask_afterwards("a cancel");
  client.watch_answer(beside, kWatchServed);
  client.watch_end(call, kWatchOpen);
}

}  // namespace

Scenario routing_server_ends_cancelled_call() {
  return Scenario{{
      .id = "routing.server_ends_cancelled_call",
      .question = "Does a cancelled call end, and nothing else with it?",
      .covers = {req::kCancelFreesStream, req::kNoAnswerAfterCancel, req::kOneResponse,
                 req::kNoticeGets202},
      .drive = &drive,
      .checks = {cancelled_stream_ends(req::kCancelFreesStream),
                 nothing_for_cancelled(req::kNoAnswerAfterCancel),
                 cancel_spares_other_calls(), still_serves(req::kOneResponse),
                 notifications_are_accepted(req::kNoticeGets202)},
      .catches = {server_fault::kKeepsOpenAfterCancel, server_fault::kAnswersCancelled,
                  server_fault::kCancelsAllCalls, server_fault::kCancelSilencesAll,
                  server_fault::k200ForNotices},
      .spares = {server_oddity::kErrorForCancelled, server_oddity::kNoEventIds,
                 server_oddity::kNoSession},
  }};
}

}  // namespace tailrace::suites
