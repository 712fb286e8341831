// SPDX-License-Identifier: Apache-2.0
// What the replies of a server must be at 2026-07-28, whatever was asked. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// Results: their type, who gives them, and for how long they hold.
Check results_have_a_type(Rule rule);
Check result_types_are_known(Rule rule);
Check results_name_the_server(Rule rule);
Check discover_is_answered_in_full(Rule rule);
Check cacheable_results_say_how_long(Rule rule);
Check times_to_live_are_not_negative(Rule rule);

// Replies and streams.
Check every_method_is_served_here(Rule rule);
Check streams_ask_not_to_be_buffered(Rule rule);
Check server_sends_no_requests(Rule rule);
Check logs_are_asked_for(Rule rule);
Check subscriptions_bring_no_logs(Rule rule);
Check subscriptions_bring_no_progress(Rule rule);
// A server that ends a subscription may say so (AMB-21); nothing else is cancelled by it.
Check cancels_are_for_subscriptions(Rule rule);
// What is left of sessions: no id is given, and the headers of older revisions change nothing.
Check headers_of_sessions_are_ignored(Rule rule);
// Lists, asked for twice on each of two connections. A list may change with time, so only two that
// stand and differ tell of the connection.
Check lists_are_the_same_everywhere(Rule rule);
Check state_is_taken_anywhere(Rule rule);

// Codes of Errors.
Check error_codes_are_defined(Rule rule);
Check error_codes_are_meant(Rule rule);
// A should, whatever the catalogue says: that a code is new does not show.
Check error_codes_are_not_of_old(Rule rule);
Check error_codes_are_not_withdrawn(Rule rule);
Check error_codes_of_ours_lie_outside(Rule rule);

// Results that ask for input.
Check input_is_asked_for_where_it_may(Rule rule);
Check input_required_asks_for_something(Rule rule);
Check input_requests_are_known(Rule rule);
Check input_keys_are_unique(Rule rule);
Check input_is_asked_for_as_declared(Rule rule);

}  // namespace tailrace
