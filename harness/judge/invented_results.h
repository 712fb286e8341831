// SPDX-License-Identifier: Apache-2.0
// A client's caller gets a result where no server sent one. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// A call that was refused, cut off or never answered does not come back as a result
// (harm.answer_invented); not at once as one either where what it got is no answer by any rule, as
// a page or a 202 (should: it was illegal of us). By the lines of an adapter alone.
Check failures_are_no_results();

}  // namespace tailrace
