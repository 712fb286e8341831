// SPDX-License-Identifier: Apache-2.0
// Subscriptions that were opened and dropped leave nothing behind; those of a server that offers
// none, which it refuses, neither.

#include "harness/judge/threads.h"
#include "harness/peer/plateau.h"
#include "harness/peer/rest.h"
#include "harness/scenario/scenario.h"
#include "suites/catalogue/requirements.h"

namespace tailrace::suites {
namespace {

constexpr int kEach = 50;  // Per batch.
constexpr const char* kNoise = "6144";  // KiB: as of sessions, each on a connection of its own.
constexpr Millis kCleanUp{300};
constexpr Millis kAcknowledged{5000};

bool grows(const Timeline& timeline) {
  return threads_trend(timeline) == Trend::kGrows || counts_trend(timeline) == Trend::kGrows;
}

void drive(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.mark(kMemoryNoise, kNoise);
  client.open_session();
  bool any = false, offers_none = false;
  const auto drop_one = [&](int) {
    const StreamId listen = client.subscribe();
    const bool told = client.watch_message(listen, kAcknowledged);
    const bool refused = !client.refusal_of(listen).empty();
    if (!any) offers_none = refused;
    if (any && (!told || refused != offers_none)) throw ScriptStopped{};  // There are too many.
    if (!told) client.decline("no message came on a subscription");
    any = true;
    client.close_all();
  };
  try {
    repeat_until_settled(client, {.size = kEach,
                                  .one = drop_one,
                                  .after_each = [&] { client.stay_connected(kCleanUp); },
                                  .most = kManyBatches,
                                  .trend = &resources_trend});
  } catch (const ScriptStopped&) {
    if (!any) throw;
  }
  // Who sends nothing on a stream meets its end by the next sign of life, and lets go of it then.
  sample_at_rest(client, &grows, client.keep_alive() + kMeetsEnd);
}

}  // namespace

Scenario routing_stateless_server_forgets_dropped_subscriptions() {
  return Scenario{{
      .id = "routing.stateless_server_forgets_dropped_subscriptions",
      .question = "Do subscriptions that were dropped leave sockets, threads or memory behind?",
      .covers = {},
      .drive = &drive,
      .checks = {sockets_settle(Rule{}), descriptors_settle(Rule{}), memory_does_not_grow(),
                 threads_do_not_grow()},
      .catches = {server_fault::kLeaksDescriptor, server_fault::kLeaksPerSubscription,
                  server_fault::kLeaksPerRefusedSubscription},
      .spares = {server_oddity::kKeepsDescriptorCache, server_oddity::kMeetsEndsLate,
                 server_oddity::kNoSubscriptions},
      .era = Era::kStateless,
      .exclusive = true,
      .growth = true,
  }};
}

}  // namespace tailrace::suites
