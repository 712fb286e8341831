// SPDX-License-Identifier: Apache-2.0
// A capture on a proxy's host holds each call twice: the leg to the proxy, and the one behind it.
// What the leg behind took is a wait of both, and is counted once. Private to `flow`; pure.
#pragma once

#include "harness/flow/capture_report.h"

namespace tailrace {

// Gives exchanges that waited for another leg the name of that (`behind`), takes out of the sums
// and findings of their own what is the other leg's, and says so in a note. Its exchanges stand in
// time.
void join_legs(CaptureReport& report);

}  // namespace tailrace
