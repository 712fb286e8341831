// SPDX-License-Identifier: Apache-2.0
// What --secret-env names: secrets that stand in no command line. Any thread, while nobody changes
// the environment.
#pragma once

#include <string>
#include <vector>

#include "harness/base/result.h"

namespace tailrace {

// Error: names the variable that is not set, or too short to be looked for.
Result<std::vector<std::string>> values_of(const std::vector<std::string>& variables);

}  // namespace tailrace
