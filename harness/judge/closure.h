// SPDX-License-Identifier: Apache-2.0
// Checks of the end of a response stream (fairness.md, section 2, stream closure). Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

enum class Final { kResult, kError, kEither };

// AMB-15: from the last byte of the final message to the end of the HTTP message; comments between
// them do not count. "Left open": the end did not come within this time after the final message.
inline constexpr Millis kLeftOpen{5000};
// How long scripts watch for it: what they watch begins a little after they do.
inline constexpr Millis kWatchOpen{5500};
// From here on a late end is a note; from kLate on, when all of at least kLateStreams are that
// late while the server's other replies are quick, it is reported under the rule.
inline constexpr Millis kNoteworthyEnd{250};
inline constexpr Millis kLate{1000};
inline constexpr std::size_t kLateStreams = 5;
inline constexpr Millis kQuickReply{100};
// So many streams of a history left open are growth and not an accident, whatever others do: the
// 95 % interval of their share lies above zero.
inline constexpr std::size_t kOpenStreamsAreHarm = 3;
// A window of ours that took longer than this over its length shows a machine too busy to judge.
inline constexpr Millis kOverslept{50};
bool overslept(const Timeline& timeline);  // One of them did.
bool kept_time(const WindowEnded& window);
// It was to last so long, did, and kept time, or overslept by no more than it was longer than that:
// what did not come in it was not for want of ours.
bool lasted(const WindowEnded& window, Millis least);

// Whose streams: those of initialize are a question of their own.
enum class Of { kCalls, kInitialize };

// Each event stream that carried such a final message ends within kLeftOpen after it.
Check stream_ends(Final final, Rule rule, Of of = Of::kCalls);
// ... and ends as HTTP demands: no FIN and no RST inside the message.
Check stream_ends_in_order(Final final, Rule rule, Of of = Of::kCalls);
// When DELETE ended their session, streams that were open then end too (AMB-11: a should).
Check streams_end_with_session();
// The answer to a DELETE that is accepted ends, as any other: a client waits for it to leave.
Check answers_to_delete_end(Rule rule);
// Each answer in application/json is one object in a complete body.
Check json_answers_are_whole(Rule rule);
// AMB-14: nothing follows the final message: a second response, progress or what is no JSON-RPC
// breaks `once`; another notification breaks `ends`.
Check nothing_follows(Final final, Rule once, Rule ends);

}  // namespace tailrace
