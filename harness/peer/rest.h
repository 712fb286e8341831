// SPDX-License-Identifier: Apache-2.0
// A last look at what the implementation holds, when nothing is asked of it any more: who closes
// late has kept nothing. Used by the script's thread.
#pragma once

#include "harness/judge/closed_get.h"
#include "harness/judge/resources.h"
#include "harness/peer/script.h"

namespace tailrace {

// Samples with the label kAtRest, until what has grown is let go, or for `longest` (as --time-scale
// stretches it). Takes none where nothing grows.
void sample_at_rest(Script& script, bool (*grows)(const Timeline&) = &counts_grow,
                    Millis longest = kMeetsEnd);

}  // namespace tailrace
