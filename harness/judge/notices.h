// SPDX-License-Identifier: Apache-2.0
// Checks of where a server's notifications go: to the stream of the call that they are of, and not
// nowhere. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// The tool that its owner names for its notifications brings some before its Result. A should
// without a row: what is lost, nobody else will tell.
Check notifications_come();
// How many its manifest says that each call of the tool brings.
inline constexpr std::string_view kNoticesOfACall = "notices_of_a_call";
// Of calls of one tool, each alone in its session: no stream has fewer than nearly all others, or
// than were told where some have as many.
Check notifications_are_as_many();
// The script calls a tool alone, and then again beside the one that notifies, whichever of them
// came first, and in whichever session: its own stream carries nothing that it did not carry alone.
Check notifications_keep_to_their_call(Rule rule);

// Beside a listening stream, what the stream of a call carries does not come there, too.
Check notifications_are_not_broadcast(Rule rule);

// A second listening stream is opened when the first was closed. One that is refused for longer
// than a server takes to notice is a should without a row.
Check closed_get_gives_way();

}  // namespace tailrace
