// SPDX-License-Identifier: Apache-2.0
// Checks of a client's answers to our requests, and of what it does without its session. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// Every ping of ours on an event stream is answered by a POSTed result.
Check server_pings_are_answered(Rule rule);
// Each response that the client POSTs is one to a request of ours, by its id (`asked`); a
// notification gets none (`notice`). In revisions with sessions.
Check responses_were_asked_for(Rule asked, Rule notice);
// A 404 to a request of a session ends it: what follows is initialize, without the old id.
Check starts_anew_after_404(Rule rule);

}  // namespace tailrace
