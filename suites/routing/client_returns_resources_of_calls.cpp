// SPDX-License-Identifier: Apache-2.0
// One session that lasts: what is kept for each of its calls, and goes only with the session, fills
// a client that keeps one for days.

#include <array>

#include "harness/judge/resources.h"
#include "harness/judge/reuse.h"
#include "harness/peer/plateau.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kCalls = 40;  // Per batch
// Measured: V8 adds 2400 KiB a batch for a while.
constexpr const char* kNoiseKib = "16384";
constexpr int kAllCalls = kCalls * (kMostBatches + 1);
enum class Kind { kResult, kError, kJson };
constexpr std::array<Kind, 3> kKinds = {Kind::kResult, Kind::kError, Kind::kJson};

void answer(ServerDriver& server, StreamId call, Kind kind) {
  switch (kind) {
    case Kind::kResult:
      return server.answer_with_result(call);
    case Kind::kError:
      return server.answer_with_error(call);
    case Kind::kJson:
      return server.respond(call, 200, {{"Content-Type", "application/json"}},
                            server.result_for(call));
  }
}

void drive(ServerDriver& server) {
  if (!server.can_sample()) server.decline(std::string(kUnserved));
  server.mark(kBatchUnit, "call");
  server.mark(kMemoryNoise, kNoiseKib);
  server.begin_session(kAllCalls);
  std::size_t calls = 0;
  const auto answer_next = [&] {
    const auto call = server.await_call_of_session();
    if (call) answer(server, *call, kKinds[calls++ % kKinds.size()]);
    return call.has_value();
  };
  repeat_until_settled(server, {.size = kCalls,
                                .one = [&](int) { answer_next(); },
                                .trend = &resources_trend});
  if (calls == 0) server.await_call();  // It makes none: nothing can be asked.
  while (answer_next()) {
  }
}

}  // namespace

Scenario routing_client_returns_resources_of_calls() {
  return Scenario{{
      .id = "routing.client_returns_resources_of_calls",
      .question = "Do the calls of a session leave descriptors, threads or memory behind?",
      .covers = {},
      .drive = &drive,
      .checks = {sockets_settle(Rule{}), descriptors_settle(Rule{}), children_settle(Rule{}),
                 threads_settle(Rule{}), memory_does_not_grow(), connections_do_not_pile_up()},
      .catches = {client_fault::kLeaksDescriptorPerCall, client_fault::kLeaksMemoryPerCall,
                  client_fault::kLeaksThreadPerCall},
      .spares = {client_oddity::kKeepsDescriptorCache, client_oddity::kNewConnectionPerCall},
      .era = Era::kBoth,
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
