// SPDX-License-Identifier: Apache-2.0
// What a client makes of results by their resultType (2026-07-28). Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// A result of a type that no revision and no extension of the client knows is an error for its
// caller, one that is complete is a result.
Check unknown_result_is_refused(Rule rule);

}  // namespace tailrace
