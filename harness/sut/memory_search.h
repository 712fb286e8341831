// SPDX-License-Identifier: Apache-2.0
// Which texts of ours still stand in the memory of a tree of processes: what of a finished call
// was let go of. Reads /proc/PID/mem, which the kernel allows for what we started; nothing is
// stopped or written. Any thread.
#pragma once

#include <sys/types.h>

#include <set>
#include <string>
#include <string_view>

#include "harness/record/fact.h"

namespace tailrace {

// All that a process has written to is read, so much of it at most: heaps in use are far smaller.
inline constexpr std::int64_t kMostSearched = std::int64_t{2} << 30;  // Bytes

// Counts the texts `prefix` KIND `-` NUMBER, in UTF-8 or in UTF-16 as heaps of Java and .NET have
// them, with KIND of [a-z_] and 0 <= NUMBER < below; each text once, however often it stands there.
MemorySearched search_memory(pid_t root, const std::string& prefix, int below);

// The same in one piece of memory; `marks` gathers "KIND-NUMBER".
void find_marks(std::string_view memory, std::string_view prefix, int below,
                std::set<std::string>& marks);

}  // namespace tailrace
