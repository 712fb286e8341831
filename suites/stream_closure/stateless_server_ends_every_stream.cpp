// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: many requests of every kind by turns, with ids of both types. Each stream brings its
// response and ends, the eighth and the hundredth as the first.

#include <fmt/format.h>

#include "harness/judge/closure.h"
#include "harness/judge/routing.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 120;  // Of a table that is too small by so many, some break.

// Every other one is a plain Result, so that what comes of each eighth stream meets those, too.
StreamId ask(ClientDriver& client, int call, const PostOptions& options) {
  const AllowedTools& tools = client.tools();
  const int kind = call % 10;
  if (kind == 1 && tools.refused) return client.ask_tool(&AllowedTools::refused, options);
  if (kind == 3 && tools.chatty) return client.ask_tool(&AllowedTools::chatty, options);
  if (kind == 5 && tools.failing) return client.ask_tool(&AllowedTools::failing, options);
  if (kind == 7) return client.ask_for_error(0, options);
  if (kind == 9) return client.ask_for_error(1, options);
  return client.ask_for_result(options);
}

void drive(ClientDriver& client) {
  client.open_session();
  for (int call = 0; call < kCalls; ++call) {
    PostOptions options;
    if (call == 0) options.id.emplace("0");  // Legal, and false in many languages.
    if (call % 4 >= 2) options.id.emplace(fmt::format("\"call {}\"", call));
    client.ask_and_await([&] { return ask(client, call, options); });
  }
  client.watch_ends(kWatchOpen);  // Leaving first would hide the fault.
}

}  // namespace

Scenario stream_closure_stateless_server_ends_every_stream() {
  return Scenario{{
      .id = "stream_closure.stateless_server_ends_every_stream",
      .question = "Does each of a hundred streams without a session bring its response and end?",
      .covers = {req::kResponseEndsStream, req::kStreamEndsAsHttp, req::kOneResponse,
                 req::kAnswerCarriesId},
      .drive = &drive,
      .checks = {stream_ends(Final::kEither, req::kResponseEndsStream),
                 stream_ends_in_order(Final::kEither, req::kStreamEndsAsHttp),
                 nothing_follows(Final::kEither, req::kOneResponse, req::kResponseEndsStream),
                 answers_reach_their_requests("calls by turns", req::kAnswerCarriesId),
                 every_request_is_answered(req::kOneResponse), goes_on_serving()},
      .catches = {server_fault::kKeepsEighthOpen, server_fault::kKeepsStringIdsOpen,
                  server_fault::kKeepsOpenAfterIsError, server_fault::kKeepsOpenAfterNotifications,
                  server_fault::kKeepsOpenAfterUnknownTool, server_fault::kLosesOneAnswer,
                  server_fault::kRefusesAfterMany},
      .spares = {server_oddity::kEndsStreamLate, server_oddity::kCloseDelimited,
                 server_oddity::kJsonAnswers, server_oddity::kHeadWithFirstEvent},
      .era = Era::kStateless,
  }};
}

}  // namespace tailrace::suites
