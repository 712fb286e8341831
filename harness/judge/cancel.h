// SPDX-License-Identifier: Apache-2.0
// Checks of what a server does with notifications/cancelled (AMB-13: the end of the stream passes
// with nothing or with an Error on it). Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// A Result this long after the cancel was accepted did not cross it on the way.
inline constexpr Millis kRace{100};

// The stream of a cancelled request ends.
Check cancelled_stream_ends(Rule rule);
// No Result comes for a cancelled request.
Check nothing_for_cancelled(Rule rule);
// Calls that were under way beside the cancelled one, or in another session with its id, are not
// hit by it.
Check cancel_spares_other_calls();

}  // namespace tailrace
