// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/memory_batches.h"

#include <utility>
#include <vector>

#include "harness/judge/resources.h"
#include "harness/judge/service.h"
#include "harness/judge/threads.h"
#include "harness/peer/call_batches.h"
#include "harness/peer/finished_calls.h"
#include "harness/peer/plateau.h"

namespace tailrace {
namespace {

constexpr int kCalls = 200;  // Per batch: about what collectors need to be seen at work in a few.

constexpr int kLeft = 20;     // Per batch
// Of those. More take a busy machine longer than a slow tool takes, which answers the first then.
constexpr std::size_t kUnderWayAtOnce = 4;
constexpr const char* kNoise = "10240";  // 102 KiB each
constexpr Millis kUnderWay{50};
constexpr Millis kCleanUp{100};
constexpr Millis kLongest{1000};

constexpr int kGets = 20;       // Per batch
constexpr Millis kHead{500};    // Some send it only with the first event: then there is no telling.
constexpr Millis kSoon{5};      // One that listens in the place of another comes later.

// What is kept of a call may be its notifications, or its failure.
StreamId ask_otherwise(ClientDriver& client, int call) {
  const AllowedTools& tools = client.tools();
  if (call % 4 == 1 && tools.chatty) return client.ask_tool(&AllowedTools::chatty);
  if (call % 4 == 2 && tools.failing) return client.ask_tool(&AllowedTools::failing);
  if (call % 4 == 3 && tools.refused) return client.ask_tool(&AllowedTools::refused);
  return client.ask_for_error(0);
}

void leave_call(ClientDriver& client, StreamId call, Leave how) {
  if (how == Leave::kByCancel) {
    if (!client.is_accepted(client.cancel(call))) client.decline("the server takes no cancel");
    return;
  }
  const ConnectionId connection = client.connection_of(call);
  how == Leave::kByReset ? client.reset(connection) : client.close(connection);
}

}  // namespace

void call_until_memory_settles(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.open_session();
  const StreamId first = client.ask_for_result();
  client.await_answer(first);
  if (!may_replay(client, first)) client.mark(kNothingToReplay, "");
  const auto one = [&](int call) {
    client.await_answer(call % 2 == 0 ? client.ask_for_result() : ask_otherwise(client, call / 2));
  };
  repeat_until_settled(client, {.size = kCalls,
                                .one = one,
                                .most = kManyBatches,
                                .trend = &memory_or_threads_trend});
}

void leave_calls_until_memory_settles(ClientDriver& client, Leave how) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.mark(kMemoryNoise, kNoise);
  client.open_session();
  const Millis done = time_until_done(client, kCleanUp, kLongest);
  std::vector<StreamId> open;
  bool serves = true;
  const auto leave_all = [&] {
    if (!open.empty()) client.watch_head(open.back(), kUnderWay);
    for (const StreamId call : std::exchange(open, {})) leave_call(client, call, how);
  };
  const auto one = [&](int) {
    open.push_back(client.ask_tool(&AllowedTools::slow, {.fresh = true}));
    if (open.size() == kUnderWayAtOnce) leave_all();
  };
  const auto leave = [&] {
    leave_all();
    if (how == Leave::kByCancel) {
      client.watch_ends(kCleanUp);
      client.close_all();
    }
    client.stay_connected(done);
    const StreamId call = client.ask_for_result();  // Some work at one call after the other.
    serves = client.watch_answer(call, kWatchServed) && client.is_answered(call);
  };
  repeat_until_settled(client, {.size = kLeft,
                                .one = one,
                                .after_each = leave,
                                .goes_on = [&] { return serves; },
                                .most = kManyBatches});
  client.ask_afterwards(how == Leave::kByCancel ? "many cancels" : "many clients left");
}

void listen_until_memory_settles(ClientDriver& client) {
  if (!client.can_sample()) client.decline(std::string(kUnwatched));
  client.mark(kMemoryNoise, kNoise);
  client.mark(kBatchUnit, "GET");
  client.open_session();
  const StreamId first = client.get();
  if (!client.watch_head(first, kHead)) client.decline("the GET stream has no head so far");
  if (!client.is_listening(first)) client.decline("the server offers no GET stream");
  client.close(client.connection_of(first));
  client.stay_connected(kCleanUp);
  const auto one = [&](int) {
    const StreamId get = client.get();
    client.watch_head(get, kHead);
    client.close(client.connection_of(get));
    client.stay_connected(kSoon);
  };
  const auto settle = [&] {
    client.stay_connected(kCleanUp);
    client.await_answer(client.ask_for_result());  // Some work at one call after the other.
  };
  repeat_until_settled(
      client, {.size = kGets, .one = one, .after_each = settle, .most = kManyBatches});
}

}  // namespace tailrace
