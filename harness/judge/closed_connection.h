// SPDX-License-Identifier: Apache-2.0
// Checks of a client whose connections the server closes between two calls, as HTTP allows. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// The calls after it are made on another connection. One that is sent and lost although the end had
// been announced by `Connection: close` is harm. Unannounced, a request that crossed our FIN is
// nobody's fault; a call that fails without one is a should.
Check calls_outlive_connections();

}  // namespace tailrace
