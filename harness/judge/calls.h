// SPDX-License-Identifier: Apache-2.0
// Checks of a client's calls: each returns, whatever the server does to its stream. Pure.
//
// A call's return shows by the adapter's line of JSON for it, by the client's next request, or by
// the end of its process, whichever comes first.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

inline constexpr int kLimitsUntilHarm = 3;  // A call that outlives three times its own limit.

// The response came in full, but the body never ends: the call returns by itself.
Check call_returns_without_terminator();
// The stream ended without a response: the call returns; only by its own limit is a should.
Check call_returns_after_early_end();

}  // namespace tailrace
