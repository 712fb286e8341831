// SPDX-License-Identifier: Apache-2.0
#include "harness/base/version.h"

namespace tailrace {

std::string_view version() {
  return TAILRACE_VERSION;
}

}  // namespace tailrace
