// SPDX-License-Identifier: Apache-2.0
// Checks of what a server makes of batches: arrays of messages, which revision 2025-03-26 has and
// no other. The ends of their streams are those of any other (closure.h). Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// A batch is taken (`taken`), and what answers it brings one response for each of its requests,
// but for those that were cancelled (`answered`); two for one break `once`.
Check batches_are_answered(Rule taken, Rule answered, Rule once);
// A batch of notifications alone is accepted without a body, or refused as a whole: an array of no
// responses is no answer.
Check batches_of_notifications_get_no_array(Rule rule);
// Once all others are answered, a request that was cancelled does not keep the stream open.
Check cancelled_part_ends_batch(Rule rule);

}  // namespace tailrace
