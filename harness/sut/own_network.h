// SPDX-License-Identifier: Apache-2.0
// A network namespace of our own: private ports and counters, capture without root, and a loopback
// whose segments have an honest size. Call it single-threaded, at the top of main: it changes the
// whole process and cannot be undone.
#pragma once

#include "harness/base/result.h"

namespace tailrace {

// As on an Ethernet: on the loopback's own 65536 even answers of 60 kB stall that no real path
// would hold.
inline constexpr int kOwnNetworkMtu = 1500;

// Moves this process into a new user and network namespace (as root into a network namespace
// alone), own uid and gid mapped to themselves, loopback up. A forked child tries everything
// first, so that on Error, which names the denied step, nothing has changed.
Status enter_own_network();

}  // namespace tailrace
