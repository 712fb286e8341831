// SPDX-License-Identifier: Apache-2.0
// Checks of requests in several rounds (2026-07-28): a result input_required, then a new request
// with the state that came with it. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// A round whose requestState is not one that the server gave out brings an Error, or the question
// anew; never a complete result.
Check forged_state_is_rejected(Rule rule);

// A further round asks for what the first one did: the same tool, with all the arguments of the
// first. It may say more, and where there were none it may leave them out or have none.
Check rounds_repeat_the_call(Rule rule);

}  // namespace tailrace
