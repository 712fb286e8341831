// SPDX-License-Identifier: Apache-2.0
// Checks of per-request and per-session routing state (fairness.md, section 2, routing). Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// Requests that carry the id of a session after its DELETE was answered with 2xx get a 404.
Check session_is_gone_after_delete(Rule rule);

// Every answer carries its request's id and fits its request's method; one that belongs to another
// request is harm. `what` names the requests in the finding ("two sessions with equal ids").
Check answers_reach_their_requests(std::string what, Rule rule);

// Every request the script waited for was answered. An answer that never came is harm.
Check every_request_is_answered(Rule rule);

// An Error ends its request and nothing else: later requests of the session are answered.
Check session_survives_error(Rule rule);

// As a client: no request id is used twice in a session.
Check request_ids_are_unique(Rule rule);
// As a server: the same of what it asks its clients.
Check question_ids_are_unique(Rule rule);

}  // namespace tailrace
