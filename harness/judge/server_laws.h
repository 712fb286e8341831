// SPDX-License-Identifier: Apache-2.0
// What the replies of a server must be, whatever was asked, in revisions with sessions; most hold
// without them too. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// Replies to POSTs.
Check requests_get_json_or_events(Rule rule);
// 202 and no body, for what was accepted. A refusal is no finding: since 2026-07-28 no text says
// which notifications there are (AMB-18).
Check notifications_are_accepted(Rule rule);
// What is neither accepted nor a request gets an error status, not another success. At 2026-07-28
// a response from a client is illegal, so none is sent (AMB-03).
Check refused_notices_get_an_error(Rule rule);
// The same of what is not even JSON, and may have been a request.
Check unreadable_text_is_refused(Rule rule);
Check notifications_get_no_response(Rule rule);

// GET: served where POST is, and no place for responses unless it resumes.
Check get_is_served_at_the_endpoint(Rule rule);
Check get_brings_events_or_405(Rule rule);
Check get_carries_no_response(Rule rule);
// A should, whatever the catalogue says: HTTP asks for it, MCP is silent.
Check refused_methods_name_the_allowed(Rule rule);

// Who asks by HTTP/1.0 cannot read chunks (RFC 9112, 6.1). A should, as above.
Check http10_gets_no_chunks();

// Progress: for a token that a request gave, on the stream of that request and not on a listening
// one, growing, and over with its response.
Check progress_has_a_token(Rule rule);
Check progress_keeps_to_its_stream(Rule rule);
Check progress_is_not_on_get(Rule rule);
Check progress_grows(Rule rule);
Check progress_stops_with_the_response(Rule rule);

// Event streams. AMB-26: priming is asked of servers that use event ids, on streams of calls.
Check streams_begin_with_an_id(Rule rule);
Check event_ids_are_unique(Rule rule);
// A stream that ends for good brings its response first; one that can be resumed is not over, and
// says by `retry` when to come back (AMB-05, AMB-22).
Check streams_bring_their_response(Rule rule);
Check cut_streams_tell_when_to_return(Rule rule);

// Records hold pseudonyms of session ids, of the same length and with the same beginnings; what
// those hide, the script marks.
inline constexpr std::string_view kMarkInvisibleSession = "invisible_session_id";
Check session_ids_are_visible(Rule rule);
Check session_ids_cannot_be_guessed(Rule rule);

// The handshake, and what was agreed in it.
Check initialize_is_answered_in_full(Rule rule);
Check nothing_is_asked_before_initialized(Rule rule);
Check client_features_are_declared(Rule rule);
Check server_features_are_declared(Rule rule);
Check declared_lists_are_answered(Rule rule);
Check unknown_log_levels_are_refused(Rule rule);
Check elicitation_errors_are_unasked(Rule rule);

}  // namespace tailrace
