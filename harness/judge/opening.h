// SPDX-License-Identifier: Apache-2.0
// Checks of what a client does when its initialize was answered, or never is. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// The client goes on when initialize was answered; where it leaves, it has not read the answer.
Check goes_on_after_initialize();

// A client may wait for it as long as it likes. One that gives up does not cancel it (`rule`).
Check initialize_is_not_cancelled(Rule rule);
// ... and ends within three of its own limits: a field regression (close() that blocks beside an
// initialize without an answer), so a should.
Check leaves_after_giving_up();

}  // namespace tailrace
