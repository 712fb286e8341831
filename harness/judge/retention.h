// SPDX-License-Identifier: Apache-2.0
// A check of what stands in a server's memory of calls that are long finished: their ids should
// have gone as other texts of the same requests have (fairness.md, section 2, routing). Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// The script makes kMarkedCalls of each kind, whose ids are "<prefix>KIND-NUMBER" and that carry
// a text "<prefix>KIND_meta-NUMBER" that nothing needs. Then it makes further calls until those
// texts have been overwritten, and searches. As many late cancels, which are no calls, carry texts
// of the kind kNotices: with the calls as they are sent, they tell requests that are kept whole
// from memory that is free and not written over.
inline constexpr int kMarkedCalls = 40;
inline constexpr std::string_view kNotices = "notices";
inline constexpr std::string_view kNoticesMade = "notices_made";
// Kinds that were not sent with the notices, and lived longer: a collector looks at them later.
inline constexpr std::string_view kAbortedCalls = "aborted_calls";
inline constexpr std::string_view kEndedSessions = "ended_sessions";
inline constexpr std::string_view kOfMeta = "_meta";
inline constexpr std::string_view kMarkedKind = "marked_calls";  // A mark for each kind.
// How many further calls were made before the last search.
inline constexpr std::string_view kFurtherCalls = "further_calls";
// Fewer may be what a server remembers on purpose, as the ids of its last thousand calls.
inline constexpr int kFewestFurther = 2000;

// Whether the texts that nothing needs are gone, as far as they go: the search can tell something.
bool controls_are_gone(const MemorySearched& search);

// As its samples have it: the laziest of all.
Collector collector_of(const Timeline& timeline);
// Whether what was said may be kept for a while, to be replayed: not that of sessions that were
// ended, nor what has no event ids.
bool keeps_events(const Timeline& timeline);

Check finished_calls_are_let_go();

}  // namespace tailrace
