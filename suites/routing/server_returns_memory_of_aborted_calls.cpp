// SPDX-License-Identifier: Apache-2.0
// A call whose client left in mid stream gives its memory back once its handler is done.

#include <vector>

#include "harness/judge/resources.h"
#include "harness/peer/plateau.h"
#include "harness/scenario/scenario.h"

namespace tailrace::suites {
namespace {

constexpr const char* kNoise = "10240";  // 102 KiB a call
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
  const Millis done = client.time_of(whole) + kCleanUp;
  if (done > stretched(kLongest)) client.decline("the slow tool is too slow for this question");
  std::vector<StreamId> open;
  repeat_until_settled(client, {
      .size = kCalls,
      .one = [&](int) { open.push_back(client.ask_tool(&AllowedTools::slow, {.fresh = true})); },
      .after_each = [&] {
        client.watch_head(open.back(), kUnderWay);
        for (const StreamId call : std::exchange(open, {})) {
          client.reset(client.connection_of(call));
        }
        client.stay_connected(done);
        client.await_answer(client.ask_for_result());  // Some work at one call after the other.
      },
      .most = kManyBatches});
}

}  // namespace

Scenario routing_server_returns_memory_of_aborted_calls() {
  return Scenario{{
      .id = "routing.server_returns_memory_of_aborted_calls",
      .question = "Does memory not grow with each call whose client left?",
      .covers = {},
      .drive = &drive,
      .checks = {memory_does_not_grow()},
      .catches = {server_fault::kLeaksMemoryPerAbort},
      .spares = {server_oddity::kFillsHeapFirst, server_oddity::kKeepsDescriptorCache},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
