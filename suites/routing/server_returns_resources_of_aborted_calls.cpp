// SPDX-License-Identifier: Apache-2.0
// A call whose client left in mid stream leaves nothing behind once its handler is done.

#include "harness/judge/resources.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kBatches = 5;  // The first is the warm-up.
constexpr int kCalls = 8;    // Per batch.
constexpr Millis kUnderWay{50};
constexpr Millis kCleanUp{300};
constexpr Millis kLongest{3000};

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.open_session();
  const StreamId whole = client.ask_tool(&AllowedTools::slow);
  client.await_answer(whole);
  // Handlers go on when the client leaves, as they should: they must be done before the sample.
  const Millis done = client.time_of(whole) + kCleanUp;
  if (done > stretched(kLongest)) client.decline("the slow tool is too slow for this question");
  client.mark(kCallsPerBatch, std::to_string(kCalls));
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int call = 0; call < kCalls; ++call) {
      const StreamId stream = client.ask_tool(&AllowedTools::slow, {.fresh = true});
      client.watch_head(stream, kUnderWay);
      if (call % 2 == 0) {
        client.reset(client.connection_of(stream));
      } else {
        client.close(client.connection_of(stream));
      }
    }
    client.stay_connected(done);
    client.sample(std::string(kBatchLabel) + std::to_string(batch));
  }
}

}  // namespace

Scenario routing_server_returns_resources_of_aborted_calls() {
  return Scenario{{
      .id = "routing.server_returns_resources_of_aborted_calls",
      .question = "Do calls whose client left leave sockets or descriptors behind?",
      .covers = {},
      .drive = &drive,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{})},
      .catches = {server_fault::kLeaksPerAbort},
      .spares = {server_oddity::kKeepsDescriptorCache},
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
