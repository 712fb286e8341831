// SPDX-License-Identifier: Apache-2.0
// Whether calls that a script left, by a cancel or by closing, were under way when it did: what
// left calls leave behind is judged by their number. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// Inconclusive where most of the calls in its batches (kCallsPerBatch) had their answer by then:
// the slow tool is too quick, or the machine too slow, and nothing was left.
Check calls_are_left_under_way();

}  // namespace tailrace
