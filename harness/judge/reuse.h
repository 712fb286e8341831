// SPDX-License-Identifier: Apache-2.0
// Checks and measurements of how a client treats its connections (fairness.md, section 2, drain,
// clients). No rule makes a client keep a connection: only a reset of one whose body had ended is
// reported. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// The end of the body had been delivered at least this long before a reset that counts.
inline constexpr Millis kDelivered{50};

// How a connection's trouble begins that is a response to nothing we asked.
inline constexpr std::string_view kNoRequest = "a response to no request";

// A client does not reset a connection after the complete body of a response.
Check does_not_reset_after_body(Rule rule);

// A request goes on no connection whose last response has not ended (RFC 9112, section 9.3.2: none
// is pipelined after a POST).
Check takes_no_unfinished_connection();

// As a client of ours: a finished body leaves the connection usable for the next request.
Check connection_carries_next_request(Rule rule);

// As a server: of many calls on connections of their own, few leave theirs open and idle when the
// last is answered, which the script does a while later where it comes to many: who closes them by
// a timer keeps none. Pools are bounded far below.
Check connections_do_not_pile_up();
bool connections_pile_up(const Timeline& timeline);  // So far, half as many as convict.
inline constexpr Millis kClosesByTimer{5000};

// Held always, with what was measured: connections, requests on each, who ended them.
Check measures_connections();

// Held always: for each lateness of the terminator, whether the client waited for it. The script
// marks "terminator_after" before each answer: "0 ms", "never", ...
inline constexpr std::string_view kMarkTerminator = "terminator_after";
Check measures_patience();

}  // namespace tailrace
