// SPDX-License-Identifier: Apache-2.0
// All scenarios, in the order of their files. Written by CMake; immutable, any thread.
#pragma once

#include "harness/scenario/scenario.h"

namespace tailrace::suites {

Registry all_scenarios();

}  // namespace tailrace::suites
