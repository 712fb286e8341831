// SPDX-License-Identifier: Apache-2.0
// Threads that calls leave behind in a server. Pure.
#pragma once

#include "harness/judge/check.h"
#include "harness/judge/growth.h"

namespace tailrace {

// Pools make one for each call until they are full, and keep them: 200 is a usual size. No
// collector gives a thread back.
inline constexpr Bounds kThreads{.noise = 4, .reserve = 256, .straight_reserve = 256};

// By the samples after equal batches of calls (resources.h).
Check threads_do_not_grow();
Trend threads_trend(const Timeline& timeline);
// Of memory, unless threads have shown that they stay: more of them would tell no more.
Trend memory_or_threads_trend(const Timeline& timeline);

}  // namespace tailrace
