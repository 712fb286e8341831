// SPDX-License-Identifier: Apache-2.0
// The type of an answer may be written in any case and with parameters, and may be JSON or an
// event stream: the call returns its Result.

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr std::array<std::string_view, 5> kTypes = {
    "application/json", "application/json; charset=utf-8", "Application/JSON", "text/event-stream",
    "Text/Event-Stream; charset=UTF-8"};
constexpr std::size_t kCalls = kRoundsOfForms * kTypes.size();
constexpr Millis kLeaves{10000};

void drive(ServerDriver& server) {
  server.start_client(static_cast<int>(kCalls));
  for (std::size_t made = 0; made < kCalls; ++made) {
    const std::string_view type = kTypes[made % kTypes.size()];
    const StreamId call = server.await_call();
    server.mark(kMarkVariant, std::string(type));
    const bool json = type.find("tream") == std::string_view::npos;
    const std::string message = server.result_for(call);
    server.respond(call, 200, {{"Content-Type", std::string(type)}},
                   json ? message : "event: message\ndata: " + message + "\n\n");
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario stream_closure_client_reads_every_content_type() {
  return Scenario{{
      .id = "stream_closure.client_reads_every_content_type",
      .question = "Does the client know its answers whatever their Content-Type looks like?",
      .covers = {req::kReadsBothForms},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(req::kReadsBothForms)},
      .catches = {client_fault::kComparesContentTypes},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
