// SPDX-License-Identifier: Apache-2.0
// Checks of a client's calls: each returns, whatever the server does to its stream. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

inline constexpr int kLimitsUntilHarm = 3;  // A call that outlives three times its own limit.

// The response came in full, but the body never ends: the call returns by itself.
Check call_returns_without_terminator();
// The stream ended without a response: the call returns; only by its own limit is a should.
Check call_returns_after_early_end();
// The same where resuming is possible and fails: its own limit is a fair end then.
Check call_returns_after_failed_resume();
// A call whose connection was reset may be sent again, and not again and again at once.
Check calls_are_repeated_in_bounds();

// A call that is answered with 202, which no server may, returns: a note unless it hangs.
Check accepted_call_returns();
// The same of one that is answered with a page, as proxies do that want a log-in.
Check call_returns_from_page();

// A call that is refused with an error status returns, and later calls are made.
Check refused_calls_return();
Check refused_call_returns();  // The same, whatever becomes of later ones.
// The calls that follow one which ran out of time are made. A should without a row.
Check calls_go_on_after_time_out();
// A GET stays without a head, and the calls go on beside it.
Check calls_go_on_beside_silent_get();
// The 202 to a notification has a body that does not end, and the calls go on beside it.
Check calls_go_on_beside_endless_accept();
// A listening GET that is answered with a page and not with events is not repeated in a storm.
Check listens_in_bounds();

// Each call whose response we sent in time comes back as that: a Result as one, with its text where
// the adapter tells it, an Error as one. Breaks `rule`, or is an answer lost where there is none.
Check call_returns_what_was_sent(Rule rule);
// The same of answers that leave no doubt how they are read, whatever else the history asks.
Check plain_calls_return();
// The same where messages come in batches, by whose revision that has them.
Check call_returns_from_batches(Rule rule);
// The same for answers that are big: no rule gives a size, so a should.
Check call_returns_big_answers();
// ... and beside events of other names: by the HTML standard they are no messages, and MCP has no
// word on them.
Check call_returns_beside_unknown_events();

}  // namespace tailrace
