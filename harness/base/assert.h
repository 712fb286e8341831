// SPDX-License-Identifier: Apache-2.0
// TAILRACE_ASSERT: a bug of ours. It prints the place and aborts; the History is on disk by then.
#pragma once

namespace tailrace {

[[noreturn]] void assertion_failed(const char* expression, const char* file, int line);

}  // namespace tailrace

#define TAILRACE_ASSERT(expression) \
  ((expression) ? void(0) : ::tailrace::assertion_failed(#expression, __FILE__, __LINE__))
