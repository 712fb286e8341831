// SPDX-License-Identifier: Apache-2.0
// Checks of a client whose connections the server closes between two calls, as HTTP allows. Pure.
#pragma once

#include <string_view>

#include "harness/judge/check.h"

namespace tailrace {

// From the call of this number on the connection's end is announced by `Connection: close`.
inline constexpr std::string_view kMarkAnnounced = "announced_from_call";

// The calls after it are made on another connection. One that is lost although the end had been
// announced is harm. Unannounced, a request that crossed our FIN is nobody's fault; a call that
// fails without one is a should.
Check calls_outlive_connections();

}  // namespace tailrace
