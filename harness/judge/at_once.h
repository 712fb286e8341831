// SPDX-License-Identifier: Apache-2.0
// Checks of requests of a client that are under way at once. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// No call waits, unsent, until another one has its response. The script answers none before all
// have come or a good part of their time is over. No text bounds the connections of a client, so a
// should; where a call hangs for it, the other checks tell.
Check calls_do_not_wait_for_each_other();

// Each call comes back with its own response, in whatever order they are sent.
Check calls_get_their_own_answers();

// No two requests under way have one id; no two have one progress token. Not applicable where no
// two ever were.
Check open_ids_differ(Rule rule);
Check open_progress_tokens_differ(Rule rule);

}  // namespace tailrace
