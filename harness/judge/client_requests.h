// SPDX-License-Identifier: Apache-2.0
// Checks of what a client's requests say, and of its answers to ours. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// Every ping of ours on an event stream is answered by a POSTed result.
Check server_pings_are_answered(Rule rule);
// AMB-01: `*/*` accepts both forms by HTTP, and does; a server's reaction to less is not asked for.
// After initialize, each request names the session (`session`) and the revision (`version`), and
// each POST accepts JSON and event streams (`accept`).
Check requests_say_what_they_must(Rule session, Rule version, Rule accept);
// A 404 to a request of a session ends it: what follows is initialize, without the old id.
Check starts_anew_after_404(Rule rule);

}  // namespace tailrace
