// SPDX-License-Identifier: Apache-2.0
#include "harness/base/result.h"

#include <system_error>

namespace tailrace {

std::unexpected<Error> system_trouble(std::string doing, int system) {
  return trouble(std::move(doing) + ": " + std::generic_category().message(system), system);
}

}  // namespace tailrace
