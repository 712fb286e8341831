// SPDX-License-Identifier: Apache-2.0
// Ladder: the lines of evidence of one exchange or connection, in time, for a finding. Pure.
#pragma once

#include <vector>

#include "harness/judge/check.h"

namespace tailrace {

// Request, response head, events, messages, comments, end of body, end of connection. At most
// kLadderLines lines; what was left out is counted in a line of its own.
inline constexpr std::size_t kLadderLines = 24;
std::vector<EvidenceLine> ladder_of(const Timeline& timeline, const Exchange& exchange);
// Of two exchanges, in time: the one that was right or came first, and the one that shows it.
std::vector<EvidenceLine> ladder_of(const Timeline& timeline, const Exchange& first,
                                    const Exchange& second);

// Marks the last line that begins so as the one that broke the rule.
void mark_gap(std::vector<EvidenceLine>& lines, std::string_view begins);

// A line of our own among them, marked as the gap that broke the rule.
EvidenceLine gap_line(const Timeline& timeline, MonoTime at, std::string what);

// " after it had printed ..." or ""; the run's output.txt has all that it printed.
std::string after_its_words(const ProcessEnded& end);

// "tools/list (id 3) on connection 2"
std::string describe(const Exchange& exchange);
std::string describe(const RpcMessage& message);

}  // namespace tailrace
