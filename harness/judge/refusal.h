// SPDX-License-Identifier: Apache-2.0
// Checks of how a server refuses: with the right status, and with a complete reply. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// Every reply with an error status is complete by its own framing.
Check refusals_are_complete(Rule rule);
// A request with a method that no server has gets this status, also where the Error came as an
// event: the method is known before the head goes out (AMB-23).
Check unknown_method_gets(int status, Rule rule);
// GET and DELETE are answered with 405.
Check methods_are_refused(Rule rule);

// A request that names a session which nobody opened is refused; 404 tells the client to open one
// (AMB-10: no text speaks of ids that were never given out, so another refusal is a should).
// The script marks it before that request, since records hold no session ids.
inline constexpr std::string_view kMarkUnknownSession = "unknown_session";
Check unknown_session_is_refused();

}  // namespace tailrace
