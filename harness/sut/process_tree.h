// SPDX-License-Identifier: Apache-2.0
// The processes below a process, from /proc. Plain reads: any thread. Private to `sut`.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace tailrace {

// What is below `root`, itself left out; a process that ends meanwhile may be missing.
struct Family {
  std::vector<pid_t> living;
  std::size_t zombies = 0;  // That have ended, and whose parent in the tree has not asked how.
};
Family family_of(pid_t root);
// All living descendants of `root`, `root` left out; a process that ends meanwhile may be missing.
std::vector<pid_t> descendants_of(pid_t root);

// "/proc/PID/NAME"; "" where the process is gone or ends while we read. A stream would throw then.
std::string proc_text(pid_t pid, const std::string& name);

}  // namespace tailrace
