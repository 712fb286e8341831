// SPDX-License-Identifier: Apache-2.0
// The ~40 ms stall, judged from packets: held data that leaves on a delayed ACK, never bare wall
// time (fairness.md, section 2, stall, and section 3). Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

inline constexpr std::size_t kStallsAreHarm = 3;  // Proven ones, in 20 calls on one connection.

// `holder` is the side under test: its small writes wait for the other side's delayed ACK. The
// script opens the control series on connections with quick_ack on our socket; there nothing may
// be held, or the cause is another.
Check no_delayed_ack_stall(Side holder);

}  // namespace tailrace
