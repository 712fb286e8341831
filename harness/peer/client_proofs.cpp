// SPDX-License-Identifier: Apache-2.0
// The proofs of a stall beside the packets: the cure in place, and the server's send queue; and
// what is found in the server's memory.
#include <algorithm>

#include "harness/peer/client_driver.h"

namespace tailrace {
namespace {

// An answer that comes sooner waited for no delayed ACK; then so often, which shows the shortest
// timer seen in the field (two ticks of a 250 Hz kernel) twice, and no longer than an ACK may be
// delayed (500 ms, RFC 9293).
constexpr Millis kFirstLook{3}, kBetweenLooks{2};
constexpr std::int64_t kMostLooks = 250;

}  // namespace

MemorySearched ClientDriver::search_memory(const std::string& prefix, int below) {
  MemorySearched searched = settings_.search(prefix, below);
  history_.append(searched);
  return searched;
}

void ClientDriver::await_answer_and_look(StreamId stream) {
  if (!settings_.queue) return await_answer(stream);
  looking_.emplace();
  looking_->connection = connection_of(stream);
  await_answer(stream);
  if (looking_->looks > 0) history_.append(*looking_);
  looking_.reset();
}

bool ClientDriver::wait_looking(MonoTime until, const Condition& holds) {
  if (!looking_) return Script::wait_until(until, holds);
  const auto [server, client] = history_.read([&](const Timeline& timeline) {
    const Connection& connection = *timeline.connection(looking_->connection);
    return std::pair(connection.server(), connection.client());
  });
  Millis pause = looking_->looks == 0 ? kFirstLook : kBetweenLooks;
  while (looking_->looks < kMostLooks) {
    const MonoTime next = std::min(mono_now() + pause, until);
    if (Script::wait_until(next, holds)) return true;
    if (next == until) return false;
    const auto queue = settings_.queue(server, client);
    if (!queue) break;
    ++looking_->looks;
    looking_->held += queue->unsent > 0 && queue->unacknowledged == 1;
    looking_->loose += queue->unsent > 0 && queue->unacknowledged == 0;
    looking_->most_unsent = std::max<std::int64_t>(looking_->most_unsent, queue->unsent);
    pause = kBetweenLooks;
  }
  return Script::wait_until(until, holds);
}

bool ClientDriver::await_backlog(ConnectionId connection) {
  if (!settings_.queue) return true;
  const auto [server, client] = history_.read([&](const Timeline& timeline) {
    const Connection& ends = *timeline.connection(connection);
    return std::pair(ends.server(), ends.client());
  });
  const MonoTime until = mono_now() + stretched(settings_.times.answer);
  while (mono_now() < std::min(until, give_up_at())) {
    const auto queue = settings_.queue(server, client);
    if (!queue || queue->unsent > 0) return true;
    Script::wait_until(mono_now() + kBetweenLooks, [](const Timeline&) { return false; });
  }
  return false;
}

bool ClientDriver::cure(ConnectionId connection) {
  if (!is_usable(connection)) return false;
  CureTried tried;
  tried.connection = connection;
  if (settings_.cure) {
    const Endpoint client = history_.read(
        [&](const Timeline& timeline) { return timeline.connection(connection)->client(); });
    const auto was_set = settings_.cure(client);
    tried.done = was_set.has_value();
    tried.was_set = was_set.value_or(false);
    if (!was_set) tried.why_not = was_set.error().what;
  } else {
    tried.why_not = "the server was not started by Tailrace";
  }
  const bool done = tried.done;
  history_.append(std::move(tried));
  return done;
}

}  // namespace tailrace
