// SPDX-License-Identifier: Apache-2.0
// Checks of clients at 2026-07-28, where each request stands for itself. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// A stream that broke off is lost: no GET, no Last-Event-ID, and the request not again by its old
// id (`rule`). A new request with a new id, or an error for the caller, are fine (AMB-07).
Check broken_stream_is_not_resumed(Rule rule);

// A call that ran out of time ends by the closing of its stream (`rule`), and of no other.
inline constexpr Millis kStreamClosed{1000};
Check timed_out_stream_is_closed(Rule rule);

// A result that asks for input, on a stream held open, is answered by another round: what was asked
// for (`gathers`), under a new id (`new_id`), with the state as it came (`state`).
Check input_is_given(Rule gathers, Rule new_id, Rule state);
// The script marks that a further round was asked for on a stream that stays open: the client does
// not wait for its end. A should without a row, since servers ought to end it.
inline constexpr std::string_view kMarkInputOnOpenStream = "input_on_open_stream";
Check input_is_given_on_open_stream();

// Subscriptions that are cut or refused are not asked for again in a storm (harm); each says what
// it wants to hear of (`filter`).
Check subscriptions_do_not_storm(Rule filter);

// A subscription without an answer holds up no call.
Check calls_go_on_beside_subscription();

// Calls bring neither state nor answers of other calls' rounds (`own_call`), and rounds no state
// where none came (`no_state`).
Check rounds_keep_to_their_calls(Rule own_call, Rule no_state);

// Each request says its revision, in header and body (`version`, `same`), its method and the name
// of its tool (`method`, `name`), and what the client can do (`meta`).
struct Described {
  Rule version, same, method, name, meta;
};
Check requests_describe_themselves(Described rules);

}  // namespace tailrace
