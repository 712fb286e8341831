// SPDX-License-Identifier: Apache-2.0
// Requests and notifications of the server come on the stream before the response, a Result or an
// Error: requests are answered while the call waits, and the call returns the response. Once the
// response waits for the answer, as it does where a tool asks its client.

#include <fmt/format.h>

#include <array>

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/judge/client_requests.h"
#include "harness/judge/service.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

struct Before {
  int pings = 0, logs = 0;
  bool waits = false;  // The response, for the answer to the ping.
};

// Some clients make one call and do not linger.
constexpr Before kOfOneCall{1, 4, true};
// More messages than queues between a reader and a caller are made for.
constexpr int kFlood = 1000;
constexpr std::array<Before, 7> kBefore = {
    {{1, 0}, {2, 0}, {5, 0}, {0, 1}, {1, 4}, {1, 0, true}, {0, kFlood}}};
constexpr int kCalls = static_cast<int>(kBefore.size());
constexpr Millis kLinger{1200};  // An answer that comes late still comes while the client lives.
constexpr Millis kLeaves{10000};

void answer_call(ServerDriver& server, const Before& before) {
  const auto [pings, logs, waits] = before;
  const StreamId call = server.await_call();
  server.mark(kMarkVariant, fmt::format("{} pings and {} log messages before it{}", pings, logs,
                                        waits ? ", which waits for the answer" : ""));
  server.send_head(call);
  for (int log = 0; log < logs; ++log) server.send_message(call, server.log_message("so far"));
  for (int ping = 0; ping < pings; ++ping) server.send_message(call, server.ping());
  if (waits) server.watch_pongs(kWatchServed);
  const bool error = pings == 2;
  error ? server.send_error(call, true) : server.send_result(call, true);
}

void drive(ServerDriver& server) {
  server.declare_logging();
  server.limit_calls_from(kWatchServed * 2);
  const int calls = server.up_to(kCalls);
  server.start_client(calls, kLinger);
  if (calls == 1) answer_call(server, kOfOneCall);
  for (int call = 0; calls > 1 && call < calls; ++call) {
    answer_call(server, kBefore[static_cast<std::size_t>(call)]);
  }
  server.await_exit(kLinger + kLeaves);
}

}  // namespace

Scenario routing_client_takes_messages_before_response() {
  return Scenario{{
      .id = "routing.client_takes_messages_before_response",
      .question = "Does the client take messages that come before the response?",
      .covers = {req::kPingIsAnswered, req::kAnswerCarriesId, req::kNoticeUnanswered},
      .drive = &drive,
      .checks = {server_pings_are_answered(req::kPingIsAnswered),
                 call_returns_what_was_sent(Rule{}),
                 responses_were_asked_for(req::kAnswerCarriesId, req::kNoticeUnanswered)},
      .catches = {client_fault::kIgnoresPings, client_fault::kAnswersPingsTwice,
                  client_fault::kAnswersPingsAtEnd, client_fault::kStopsAtNotifications,
                  client_fault::kStopsAtManyNotifications, client_fault::kAnswersNotifications},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds,
                 client_oddity::kAnswersPingsLate},
  }};
}

}  // namespace tailrace::suites
