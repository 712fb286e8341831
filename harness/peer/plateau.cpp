// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/plateau.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/peer/patience.h"

namespace tailrace {
namespace {

constexpr std::uint64_t kMostOfRecord = History::kMostKept / 2;  // The rest is for what follows.
constexpr int kTimed = 20;         // Of those that warm up, behind the one a client starts in.
constexpr int kFewest = 4;         // In a batch: each takes over a second of some servers.
constexpr Millis kOfABatch{2500};  // Several fit into kMostOfGrowth, also of a server that stalls.
// So many the size is made for; a machine that became slow meanwhile gets time for them.
constexpr auto kExpected = static_cast<int>(kMostOfGrowth / kOfABatch);
static_assert(kExpected > static_cast<int>(kFlatBatches), "fewer cannot be judged");
// Growth that is the same in each batch is told by so many; the first sample is one more.
constexpr int kWanted = std::max(kExpected, static_cast<int>(kStraightBatches) + 1);

}  // namespace

void repeat_until_settled(Script& script, const Batches& batches) {
  const Patience patience(kMostOfGrowth);
  batches.one(0);
  const Patience timed(kOfABatch);
  for (int i = 1; i <= kTimed; ++i) batches.one(i);
  batches.after_each();
  if (!batches.goes_on()) return;
  // All that is said is recorded, and a full record would look like a server that does not answer.
  const std::uint64_t each = script.history().kept() / kTimed + 1;
  const auto room = static_cast<int>(kMostOfRecord / each / kExpected);
  if (room < kFewest) {
    script.decline(fmt::format("a call takes {} KiB, and enough of them are too much to record",
                               each / 1024));
  }
  const auto fit = kTimed * stretched(kOfABatch) / std::max(timed.passed(), Nanos(1));
  const int most = std::min(batches.size, room);
  const auto size = static_cast<int>(std::clamp<std::int64_t>(fit, kFewest, most));
  script.mark(kCallsPerBatch, std::to_string(size));
  script.mark(kWholeBatch, std::to_string(batches.size));
  for (int batch = 0; batch < batches.most; ++batch) {
    if (patience.is_over(batch < kWanted ? 2 : 1)) return;
    if (batch >= kExpected && script.history().kept() > kMostOfRecord) return;
    for (int i = 0; i < size; ++i) batches.one(i);
    batches.after_each();
    if (!batches.goes_on()) return;
    script.sample(std::string(kBatchLabel) + std::to_string(batch));
    if (script.history().read(batches.trend) != Trend::kUnclear) return;
  }
}

}  // namespace tailrace
