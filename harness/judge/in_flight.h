// SPDX-License-Identifier: Apache-2.0
// A check of calls that were under way when something else happened in their session: another call
// was cut, the listening stream was closed. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// The script makes a call of a tool beside the accident, and the same call apart from it. An Error
// for the one where the other got a Result has lost the caller its answer.
Check calls_in_flight_get_results();

}  // namespace tailrace
