// SPDX-License-Identifier: Apache-2.0
// Checks of what a client does when something is over: a call that has its answer, a session that
// it has deleted. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// One cancel may cross the answer on its way; kCancelsThatTell of calls that were answered long
// before their limit do not.
inline constexpr std::size_t kCancelsThatTell = 3;
Check answered_calls_are_not_cancelled(Rule rule);
// An Error ends its request, and not the session: the client does not initialize another one after
// it. A should without a row.
Check session_outlives_errors();
// Behind the DELETE that was answered nothing names the session any more, on its connection: on
// another one it may have been under way. A should without a row.
Check nothing_follows_delete();

}  // namespace tailrace
