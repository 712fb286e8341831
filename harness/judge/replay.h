// SPDX-License-Identifier: Apache-2.0
// Checks of a server's resumed streams (fairness.md, section 2, routing): GET with Last-Event-ID
// after we broke a stream off. Refusing to resume is legal (AMB-09): no text gives it a status,
// and 404 has a meaning of its own.
// Pure.
#pragma once

#include "harness/judge/check.h"
#include "harness/judge/closure.h"

namespace tailrace {

// Why nothing is asked of a resume that is not answered.
inline constexpr std::string_view kNoHead =
    "a GET that resumes gets no head: whether it is answered is a question of its own";

// Two connections count as open beside each other from here on: what was on its way is over.
inline constexpr Millis kBeside{20};

// The answer of a request whose stream we broke off comes on a stream that the server resumes. A
// resume that is accepted and brings nothing has lost it (AMB-05: a stream that ends early with an
// event id is to be resumed, so ends without the answer count only when none of the resumes brings
// it).
Check resume_brings_answer(Rule rule);
// A resumed stream ends after its final message, as the first one would have.
Check resumed_stream_ends(Final final, Rule rule);
// And brings one response. The same event again, by its id, is no second one.
Check resumes_bring_one_response(Rule rule);
// AMB-08: a second GET may be refused with 409; a first one that ends for it is noted.
// Of several connections that read one stream, one gets the answer. A replay of what an earlier
// one got is no second answer.
Check answer_comes_once(Rule rule);
// A resumed stream brings no response of a request that was on another stream (`streams`); one
// of another session is harm, whatever the text says.
Check replays_only_its_stream(Rule streams);
// What a stream carried behind the event that Last-Event-ID names comes again without a hole, and
// nothing else: a replay is free, so both are shoulds without a row.
Check replay_begins_behind();
// Each GET is answered: with a stream, or with a refusal.
Check get_is_answered(Rule rule);
// A resume that is refused in a session that lives does not get 404, by which a client takes its
// session for lost (SH-SESS-09, AMB-09). A should without a row.
Check refused_resume_keeps_session();
// A stream whose response came is over: to resume it from there brings no second copy and no
// stream that stays open.
Check finished_stream_stays_over(Rule rule);

}  // namespace tailrace
