// SPDX-License-Identifier: Apache-2.0
// A character of several bytes is cut between chunks and packets, at each of its bytes: the call
// returns its text as it was sent.

#include "harness/judge/calls.h"
#include "harness/judge/client_calls.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr Millis kLeaves{10000};  // The client's own shut-down included.
// Of 4, 3 and 2 bytes; the last two end lines of Unicode's, which are none of a stream's.
constexpr std::string_view kText = "\xf0\x9f\x98\x80\xe2\x80\xa8\xc2\x85";
constexpr Millis kApart{5};

void answer(ServerDriver& server, StreamId call, std::size_t cut) {
  server.mark(kMarkVariant, "cut after byte " + std::to_string(cut));
  const std::string event = "event: message\ndata: " + server.result_for(call, kText) + "\n\n";
  const std::size_t at = event.find(kText) + cut;
  server.send_bare_head(call);
  server.send_chunk(call, event.substr(0, at));
  server.stay_connected(kApart);
  server.send_chunk(call, event.substr(at));
  server.send_end(call);
}

void drive(ServerDriver& server) {
  server.start_client(kRoundsOfForms * (static_cast<int>(kText.size()) - 1));
  for (int round = 0; round < kRoundsOfForms; ++round) {
    for (std::size_t cut = 1; cut < kText.size(); ++cut) answer(server, server.await_call(), cut);
  }
  server.await_exit(kLeaves);
}

}  // namespace

Scenario stream_closure_client_keeps_split_characters() {
  return Scenario{{
      .id = "stream_closure.client_keeps_split_characters",
      .question = "Does the client read characters that are cut between packets?",
      .covers = {req::kUtf8},
      .drive = &drive,
      .checks = {call_returns_what_was_sent(req::kUtf8)},
      .catches = {client_fault::kBreaksSplitCharacters},
      .spares = {client_oddity::kNewConnectionPerCall, client_oddity::kStringRequestIds},
      .era = Era::kBoth,
  }};
}

}  // namespace tailrace::suites
