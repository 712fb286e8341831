// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/stall_proofs.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/ladder.h"

namespace tailrace {
namespace {

// What waits for no ACK any more takes a fiftieth of the time; a busy machine leaves less of that.
constexpr int kHelps = 2;
constexpr std::size_t kFewestCured = 3;  // Calls
// Twice, some milliseconds apart: what is on its way to being sent is not held.
constexpr std::int64_t kHeldLooks = 2;

}  // namespace

Nanos median_of(std::vector<Nanos> values) {
  if (values.empty()) return Nanos(0);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

std::vector<Nanos> times_of(const Evidence& evidence, const Connection& connection, MonoTime from,
                            MonoTime before) {
  std::vector<Nanos> took;
  for (const StreamId id : connection.streams) {
    const Exchange* exchange = evidence.timeline.exchange(id);
    if (exchange->request_at < from || exchange->request_at >= before) continue;
    if (!exchange->ended_at || exchange->end != BodyEnd::kComplete) continue;
    took.push_back(*exchange->ended_at - exchange->request_at);
  }
  return took;
}

CureProof cure_on(const Evidence& evidence, const Connection& connection) {
  CureProof proof;
  for (const At<CureTried>& cure : evidence.timeline.cures) {
    if (cure.what.connection != connection.id) continue;
    if (proof.done) {
      if (cure.what.done) proof.stayed = cure.what.was_set;
      continue;
    }
    proof.tried = true;
    proof.done = cure.what.done;
    proof.was_set = cure.what.was_set;
    proof.why_not = cure.what.why_not;
    if (proof.done) proof.at = cure.at;
  }
  if (!proof.done) return proof;
  const auto cured = times_of(evidence, connection, proof.at, MonoTime{Nanos::max()});
  proof.calls = cured.size();
  proof.after = median_of(cured);
  proof.before = median_of(times_of(evidence, connection, MonoTime{Nanos(0)}, proof.at));
  return proof;
}

bool CureProof::helped() const {
  return done && !was_set && calls >= kFewestCured && after * kHelps < before;
}

std::string CureProof::words() const {
  if (!tried) return "none: the connection was not kept";
  if (!done) return "none: " + why_not;
  if (was_set) return "none: the server had set TCP_NODELAY itself";
  if (!stayed.value_or(true)) return "none: the server turns TCP_NODELAY off again";
  return fmt::format(
      "TCP_NODELAY set on the server's own socket from outside: {} calls, median {} before and {} "
      "after",
      calls, in_millis(before), in_millis(after));
}

QueueProof queue_on(const Evidence& evidence, const Connection& connection) {
  QueueProof proof;
  const MonoTime cured = cure_on(evidence, connection).at;
  for (const At<QueueWatched>& queue : evidence.timeline.queues) {
    if (queue.what.connection != connection.id || queue.at >= cured) continue;
    if (queue.what.looks < kHeldLooks) continue;
    ++proof.watched;
    // What waits with nothing unacknowledged waits for something else, such as a cork.
    if (queue.what.held < kHeldLooks || queue.what.loose > 0) continue;
    ++proof.held;
    proof.most_unsent = std::max(proof.most_unsent, queue.what.most_unsent);
  }
  return proof;
}

std::string QueueProof::words() const {
  if (watched == 0) return "not looked at";
  if (held == 0) {
    return fmt::format("nothing was held in {} answers watched", watched);
  }
  return fmt::format(
      "the server's kernel had up to {} bytes not sent behind one unacknowledged segment, in {} of "
      "{} answers watched",
      most_unsent, held, watched);
}

}  // namespace tailrace
