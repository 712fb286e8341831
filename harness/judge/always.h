// SPDX-License-Identifier: Apache-2.0
// Laws that hold in every history, whatever its scenario asks: a bug that comes up once in fifty
// calls, or in one kind of request, is met where nobody looks for it. Pure.
#pragma once

#include <vector>

#include "harness/judge/check.h"

namespace tailrace {

// Only what they convict counts: a scenario is no question about them.
const std::vector<Check>& laws_of_every(Side under_test);

}  // namespace tailrace
