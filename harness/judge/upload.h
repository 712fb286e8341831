// SPDX-License-Identifier: Apache-2.0
// Checks of what a server says while the body of a request is still coming. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// From this Content-Length on a request is an upload to these checks.
inline constexpr std::size_t kUploadBytes = 100 << 10;
// So long a client waits for 100 (Continue) before it sends the body all the same; longer where
// other answers took half of that or more.
inline constexpr Millis kContinueWindow{1000};
Nanos continue_window(const Timeline& timeline);

// An upload that is refused: the refusal is whole and can be read, and the rest of the body is not
// taken for the next request. Closing the connection is legal (fairness.md, drain, servers).
Check refused_upload_is_answered();
// A request with Expect: 100-continue gets a 100 or a final response before its body is sent (RFC
// 9110, section 10.1.1). No row of the catalogue, so a should.
Check expectation_is_met();

}  // namespace tailrace
