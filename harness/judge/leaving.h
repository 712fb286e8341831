// SPDX-License-Identifier: Apache-2.0
// Checks of how a client ends: its session, its process, and calls that ran out of time. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// "yes" where its manifest says that the client closes.
inline constexpr std::string_view kMarkCloses = "client_closes";

// A client that closes says so by DELETE.
Check session_is_deleted(Rule rule);
// Its process ends within three of its own limits after its last call came back, or its DELETE.
Check client_leaves();
// Where each of its calls brought a Result, its process ends with status 0, as the contract says.
Check client_exits_in_order();
// DELETE is not repeated in a storm, whatever it is answered with.
Check deletes_in_bounds();
// A call that ran out of time is cancelled by notifications/cancelled (`rule`), which names a
// request of the client's own (`own`).
Check timed_out_call_is_cancelled(Rule rule, Rule own);

}  // namespace tailrace
