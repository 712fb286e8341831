// SPDX-License-Identifier: Apache-2.0
// 2026-07-28: a call that its client cancels by closing the stream gives its memory back.

#include <utility>
#include <vector>

#include "harness/judge/resources.h"
#include "harness/peer/plateau.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
namespace {

constexpr const char* kNoise = "10240";  // As of calls of sessions that their client left.
constexpr int kCalls = 20;  // Per batch, all under way at once.
constexpr Millis kUnderWay{50};
constexpr Millis kCleanUp{100};
constexpr Millis kLongest{1000};

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.mark(kMemoryNoise, kNoise);
  client.open_session();
  const StreamId whole = client.ask_tool(&AllowedTools::slow);
  client.await_answer(whole);
  // A handler that does not notice is another question: it is done by then in any case.
  const Millis done = client.time_of(whole) + kCleanUp;
  if (done > stretched(kLongest)) client.decline("the slow tool is too slow for this question");
  std::vector<StreamId> open;
  repeat_until_settled(client, {
      .size = kCalls,
      .one = [&](int) { open.push_back(client.ask_tool(&AllowedTools::slow, {.fresh = true})); },
      .after_each = [&] {
        client.watch_head(open.back(), kUnderWay);
        for (const StreamId call : std::exchange(open, {})) {
          client.close(client.connection_of(call));
        }
        client.stay_connected(done);
        client.await_answer(client.ask_for_result());  // Some work at one call after the other.
      }});
}

}  // namespace

Scenario routing_stateless_server_returns_memory_of_cancelled_calls() {
  return Scenario{{
      .id = "routing.stateless_server_returns_memory_of_cancelled_calls",
      .question = "Does memory not grow with each call that was cancelled by closing?",
      .covers = {},
      .drive = &drive,
      .checks = {memory_does_not_grow()},
      .catches = {server_fault::kLeaksMemoryPerAbort},
      .spares = {server_oddity::kFillsHeapFirst, server_oddity::kKeepsDescriptorCache},
      .era = Era::kStateless,
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
