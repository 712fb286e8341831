// SPDX-License-Identifier: Apache-2.0
// What stays in a server of listening streams that their client closed. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// The script closes listening streams of one session that goes on, and takes samples with this
// label until their sockets are gone, or so long that a server that looks at its streams now and
// then, to keep them alive, must have met the end (fairness.md, section 2, routing: CLOSE-WAIT).
inline constexpr std::string_view kLeftOfGets = "closed gets";
// How often the server writes on silent streams; and what it may take then to see their end.
inline constexpr std::string_view kMarkKeepAlive = "keep_alive_ms";
inline constexpr Millis kUsualKeepAlive{30000}, kMeetsEnd{5000};

// Sockets of such streams in the last of those samples.
std::size_t sockets_of_closed_gets(const Timeline& timeline);

// None of them is left.
Check closed_gets_free_their_sockets();

}  // namespace tailrace
