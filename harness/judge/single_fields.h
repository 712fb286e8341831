// SPDX-License-Identifier: Apache-2.0
// A law of both sides: fields that hold one value come once in a head (RFC 9110, 5.3). Who joins
// two lines reads "a, a", which names no session and no revision. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// A should without a row: the texts of MCP have no word on it.
Check single_fields_come_once();

}  // namespace tailrace
