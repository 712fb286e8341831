// SPDX-License-Identifier: Apache-2.0
// What a tree of processes holds, from /proc: descriptors by kind, TCP sockets with their states,
// memory, children. Plain reads: any thread.
#pragma once

#include <sys/types.h>

#include "harness/record/fact.h"

namespace tailrace {

inline constexpr std::size_t kMostSockets = 65536;

// The process and all its descendants; the label is the caller's to set. Error: the process is
// gone, or we lack the right to look.
Result<ProcessSampled> sample_tree(pid_t root);

}  // namespace tailrace
