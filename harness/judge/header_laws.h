// SPDX-License-Identifier: Apache-2.0
// What a server makes of requests whose headers or `_meta` are wrong, one fault in each (AMB-19: so
// no order of its checks matters). Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// With sessions. A request without the id of its session, and one that names no known revision.
Check requests_without_session_get_400(Rule rule);
Check unknown_revisions_get_400(Rule rule);

// 2026-07-28. Header and body name different revisions (`version`), methods or tools (`value`),
// the same in another case (`spelling`), or the header is not there (`missing`).
struct Disagreeing {
  Rule version, value, spelling, missing;
};
// One for each of them that is given.
std::vector<Check> disagreeing_requests_are_refused(Disagreeing rules);
// Status and code of those refusals.
Check disagreeing_requests_get_400(Rule rule);
Check disagreeing_requests_get_their_code(Rule rule);
// A revision that nobody has: the code with the list of what is spoken, and the status.
Check unsupported_revisions_get_their_code(Rule rule);
Check unsupported_revisions_get_400(Rule rule);
// `_meta` without a member that it needs.
Check requests_without_meta_get_their_code(Rule rule);
Check requests_without_meta_get_400(Rule rule);
// Names of headers are the same in any case.
Check header_names_have_no_case(Rule rule);

}  // namespace tailrace
