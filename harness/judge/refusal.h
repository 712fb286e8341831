// SPDX-License-Identifier: Apache-2.0
// Checks of how a server refuses: with the right status, and with a complete reply. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// Every reply with an error status is complete by its own framing.
Check refusals_are_complete(Rule rule);
// A request with a method that no server has gets this status.
Check unknown_method_gets(int status, Rule rule);
// GET and DELETE are answered with 405.
Check methods_are_refused(Rule rule);

}  // namespace tailrace
