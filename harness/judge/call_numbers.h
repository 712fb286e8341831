// SPDX-License-Identifier: Apache-2.0
// Which of the lines that a client told belongs to which call that we saw. Pure.
//
// The two differ where a call never reached us, since it failed before it was sent. Then each later
// call is a line further on.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "harness/judge/client_calls.h"

namespace tailrace {

// Requests that a client makes anew under another id when one brought no result are attempts at one
// call: what became of that call is what became of the last. Told by the lines of a session that is
// over, where fewer came than requests: a line that came when the next request had been answered
// tells of both. With calls made at once nothing can be told.
void join_attempts(std::vector<ClientCall>& calls, std::span<const ToldCall> told);

// The number, from 1, of each call in the order of `calls`, made one after the other in a session.
// A line that was read before the request of a call that we answered is not that call's, unless it
// tells of its own limit. Where more lines came than calls, those are left over that leave the
// fewest calls with an end that was not sent.
std::vector<std::size_t> numbers_of(std::span<const ClientCall> calls,
                                    std::span<const ToldCall> told);

}  // namespace tailrace
