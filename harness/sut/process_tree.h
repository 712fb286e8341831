// SPDX-License-Identifier: Apache-2.0
// The processes below a process, from /proc. Plain reads: any thread.
#pragma once

#include <sys/types.h>

#include <vector>

namespace tailrace {

// All living descendants of `root`, `root` left out; a process that ends meanwhile may be missing.
std::vector<pid_t> descendants_of(pid_t root);

}  // namespace tailrace
