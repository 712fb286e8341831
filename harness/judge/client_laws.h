// SPDX-License-Identifier: Apache-2.0
// What the requests of a client must be, whatever the server does. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// Of what a client sends at once on two connections either may be read first, by so much.
inline constexpr Millis kCrossing{100};

// One message a POST, and messages in POSTs only.
Check posts_carry_one_message(Rule rule);
Check only_posts_carry_messages(Rule rule);
// At 2026-07-28 answers travel in requests.
Check posts_carry_no_responses(Rule rule);
// A should without a row (AMB-27): the type of a POST is shown in examples only.
Check posts_say_their_type();
// The handshake itself may say any, or none (AMB-12).
Check names_the_agreed_revision(Rule rule);
// A stream is resumed by GET, whatever opened it.
Check resumes_by_get(Rule rule);

// The handshake. A probe by server/discover may come before it.
Check initialize_comes_first(Rule rule);
Check initialize_says_who_asks(Rule rule);
Check initialize_is_awaited(Rule rule);
Check initialized_is_said(Rule rule);
// Offered and agreed, so it can be spoken.
Check offers_what_it_speaks(Rule rule);
// AMB-24: the script answers with kNobodysRevision; going on with it is a fail by the
// schema and a should by the page, which is the milder.
Check leaves_unknown_revision(Rule rule);

Check requests_name_the_client(Rule rule);
Check progress_tokens_are_text_or_integers(Rule rule);
// At 2026-07-28: what a client cancels is a request of its own.
Check cancels_its_own(Rule rule);
// More than kFlood pings within kFloodWindow.
inline constexpr std::size_t kFlood = 10;
inline constexpr Millis kFloodWindow{1000};
Check pings_are_few(Rule rule);
// The answer of a call that was cancelled comes late: no other call returns it, which is harm.
Check late_answer_is_ignored(Rule rule);
// The same where it came on the stream of another call, which servers must not do: no harm then.
Check stray_answer_is_ignored(Rule rule);
// A call that is never answered returns; one that outlives kLimitsUntilHarm limits is harm.
Check unanswered_call_returns(Rule rule);

}  // namespace tailrace
