// SPDX-License-Identifier: Apache-2.0
#include "harness/base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace tailrace {

void assertion_failed(const char* expression, const char* file, int line) {
  std::fprintf(stderr, "tailrace: bug of ours at %s:%d: %s does not hold\n", file, line,
               expression);
  std::abort();
}

}  // namespace tailrace
