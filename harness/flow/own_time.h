// SPDX-License-Identifier: Apache-2.0
// What leaves so long after the sender's own last segment, whenever the ACK comes, was sent by the
// sender's clock and not by the ACK: a handler that sleeps for as long as a timer and a round trip.
// Private to `flow`; a pure function.
#pragma once

#include <vector>

#include "harness/flow/flow_report.h"

namespace tailrace {

// Of the stalls of one direction: false where those are few or the ACKs themselves keep time.
bool keep_own_time(const std::vector<Stall>& stalls);
// The opposite, by a clock that ticks so coarsely: the ACKs vary, and the data keeps to them far
// better than to its sender's last segment.
bool keep_time_of_acks(const std::vector<Stall>& stalls, Nanos tick);

}  // namespace tailrace
