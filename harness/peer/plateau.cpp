// SPDX-License-Identifier: Apache-2.0
#include "harness/peer/plateau.h"

#include <algorithm>

#include "harness/judge/resources.h"

namespace tailrace {
namespace {

constexpr int kFewest = 20;        // Calls in a batch, and those that are timed beforehand.
constexpr Millis kOfABatch{2500};  // Several fit into kMostOfGrowth, also of a server that stalls.

}  // namespace

void ask_until_memory_settles(ClientDriver& client, int calls_per_batch,
                              const std::function<void(int)>& call) {
  const MonoTime begun = mono_now();
  const MonoTime until = begun + kMostOfGrowth;
  for (int i = 0; i < kFewest; ++i) call(i);
  const auto fit = kFewest * kOfABatch / std::max<Nanos>(mono_now() - begun, Nanos(1));
  calls_per_batch = static_cast<int>(std::clamp<std::int64_t>(fit, kFewest, calls_per_batch));
  client.mark(kCallsPerBatch, std::to_string(calls_per_batch));
  for (int batch = 0; batch < kMostBatches && mono_now() < until; ++batch) {
    for (int i = 0; i < calls_per_batch; ++i) call(i);
    client.sample(std::string(kBatchLabel) + std::to_string(batch));
    const MemoryTrend trend = client.history().read(&memory_trend);
    if (trend != MemoryTrend::kUnclear) return;
  }
}

}  // namespace tailrace
