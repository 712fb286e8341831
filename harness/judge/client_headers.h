// SPDX-License-Identifier: Apache-2.0
// Checks of the headers that each request of a client carries, and of what it may ask. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// After initialize, each request names the session (`session`) and the revision (`version`), and
// each POST accepts JSON and event streams (`accept`). AMB-01: `*/*` accepts both by HTTP and lists
// none, which is a should; a server's reaction to less is not asked for.
Check requests_say_what_they_must(Rule session, Rule version, Rule accept);

// What the client asks for was declared by the server, in its answer to initialize.
Check asks_for_what_is_declared(Rule rule);

Check gets_accept_events(Rule rule);
Check gets_list_events(Rule rule);  // By its name, and not by a range.

}  // namespace tailrace
