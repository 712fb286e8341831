// SPDX-License-Identifier: Apache-2.0
// Batches of calls until the memory of the implementation has settled, or has shown that it does
// not: what memory_does_not_grow judges. Used by the script's thread.
#pragma once

#include <functional>

#include "harness/peer/client_driver.h"

namespace tailrace {

inline constexpr int kMostBatches = 24;
inline constexpr Millis kMostOfGrowth{25000};  // No batch is begun later.

// `call` is given its number; a slow server gets fewer calls in a batch than asked for.
void ask_until_memory_settles(ClientDriver& client, int calls_per_batch,
                              const std::function<void(int)>& call);

}  // namespace tailrace
