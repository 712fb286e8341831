// SPDX-License-Identifier: Apache-2.0
// Checks of a server that is told to stop (TERM) while streams are open. Pure.
#pragma once

#include "harness/judge/check.h"
#include "harness/record/marks.h"

namespace tailrace {

inline constexpr Deadline kStops{"stop", Millis(5000)};  // Above what servers wait for calls.

// Why such a question is declined where the server is not ours to stop.
inline constexpr std::string_view kNotOurs =
    "the server was not started by us: start it with -- COMMAND to have it stopped";

// It ends by itself, and resets none of its streams. The texts state it as a fact: a should.
Check stops_with_open_streams(Rule rule);
// 2026-07-28: it ends its subscriptions by a result (`told`) that names them (`named`), and closes
// their streams (`closed`).
Check stop_ends_subscriptions(Rule told, Rule named, Rule closed);
// A cancel that a server sends is about a subscription.
Check server_cancels_only_subscriptions(Rule rule);

}  // namespace tailrace
