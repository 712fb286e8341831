// SPDX-License-Identifier: Apache-2.0
// Checks of a client whose initialize the server never answers. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// A client may wait for it as long as it likes. One that gives up does not cancel it (`rule`).
Check initialize_is_not_cancelled(Rule rule);
// ... and ends within three of its own limits: a field regression (close() that blocks beside an
// initialize without an answer), so a should.
Check leaves_after_giving_up();

}  // namespace tailrace
