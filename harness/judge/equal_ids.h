// SPDX-License-Identifier: Apache-2.0
// Request ids are those of one session, or of one connection where there are none: what another
// client calls its requests is nobody's business. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// 2026-07-28: behind kMarkAfterwards.
Check ids_of_closed_requests_are_free();
// A request is not refused for its id while another client's request has the same (AMB-25).
Check equal_ids_are_served();

}  // namespace tailrace
