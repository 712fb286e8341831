// SPDX-License-Identifier: Apache-2.0
// Subscriptions that were opened and dropped leave nothing behind.

#include "harness/judge/resources.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kBatches = 6;  // The first is the warm-up.
constexpr int kCalls = 5;
constexpr Millis kCleanUp{300};
constexpr Millis kAcknowledged{5000};

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.open_session();
  client.mark(kCallsPerBatch, std::to_string(kCalls));
  for (int batch = 0; batch < kBatches; ++batch) {
    for (int call = 0; call < kCalls; ++call) {
      const StreamId listen = client.subscribe();
      const bool told = client.watch_message(listen, kAcknowledged);
      client.decline_without_subscription(listen);
      if (!told) client.decline("no message came on a subscription");
      client.close_all();
    }
    client.stay_connected(kCleanUp);
    client.sample(std::string(kBatchLabel) + std::to_string(batch));
  }
}

}  // namespace

Scenario routing_stateless_server_forgets_dropped_subscriptions() {
  return Scenario{{
      .id = "routing.stateless_server_forgets_dropped_subscriptions",
      .question = "Do subscriptions that were dropped leave sockets or descriptors behind?",
      .covers = {},
      .drive = &drive,
      .checks = {sockets_do_not_grow(Rule{}), descriptors_do_not_grow(Rule{})},
      .catches = {server_fault::kLeaksDescriptor},
      .spares = {server_oddity::kKeepsDescriptorCache},
      .era = Era::kStateless,
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
