// SPDX-License-Identifier: Apache-2.0
// Checks of calls that were under way when something happened: their own connection broke, another
// call was cut, the listening stream was closed. The script makes such a call, and the same call
// apart from it, which shows that the tool gives a Result. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// An Error for a call beside the accident has lost the caller its answer.
Check calls_in_flight_get_results();
// An Error for the call whose own connection broke, on a stream that resumes it.
Check disconnect_is_no_cancel(Rule rule);

}  // namespace tailrace
