// SPDX-License-Identifier: Apache-2.0
// Many calls of one session, Results and Errors by turns, with ids of both types: each stream ends,
// the eighth and the hundredth as the first.

#include <fmt/format.h>

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/judge/server_laws.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 120;     // Of a table that is too small by so many, some break.
constexpr int kEnoughLost = 8;  // Each is waited for, and more of them show the same.

void drive(ClientDriver& client) {
  client.open_session();
  int lost = 0;
  for (int call = 0; call < kCalls; ++call) {
    PostOptions options;
    if (call == 0) options.id.emplace("0");  // Legal, and false in many languages.
    if (call % 4 >= 2) options.id.emplace(fmt::format("\"call {}\"", call));
    const StreamId asked = call % 2 == 0 ? client.ask_for_result(options)
                                         : client.ask_for_error(0, options);
    client.await_answer(asked);
    lost += client.history().read([asked](const Timeline& timeline) {
      return !is_answered(timeline, *timeline.exchange(asked));
    });
    if (lost == kEnoughLost) break;
  }
  client.watch_ends(kWatchOpen);  // Leaving first would hide the fault.
}

}  // namespace

Scenario stream_closure_server_ends_every_stream() {
  return Scenario{{
      .id = "stream_closure.server_ends_every_stream",
      .question = "Does each of a hundred streams end after its response?",
      .covers = {req::kResponseEndsStream, req::kOneResponse, req::kStreamBringsResponse},
      .drive = &drive,
      .checks = {stream_ends(Final::kEither, req::kResponseEndsStream),
                 nothing_follows(Final::kEither, req::kOneResponse, req::kResponseEndsStream),
                 every_request_is_answered(req::kOneResponse),
                 streams_bring_their_response(req::kStreamBringsResponse),
                 event_ids_are_unique(req::kUniqueEventIds), goes_on_serving()},
      .catches = {server_fault::kKeepsEighthOpen, server_fault::kKeepsStringIdsOpen,
                  server_fault::kRefusesAfterMany, server_fault::kLosesOneAnswer,
                  server_fault::kRefusesOddIds},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kCloseDelimited,
                 server_oddity::kJsonAnswers},
  }};
}

}  // namespace tailrace::suites
