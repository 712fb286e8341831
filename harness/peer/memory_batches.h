// SPDX-License-Identifier: Apache-2.0
// The scripts that let memory_does_not_grow() look at what calls leave behind in a server, of every
// revision: batches until it has settled. They decline where its processes cannot be seen. Used by
// the script's thread.
#pragma once

#include "harness/peer/client_driver.h"

namespace tailrace {

// Calls of each kind that the tools allow, one after the other, half of them plain.
void call_until_memory_settles(ClientDriver& client);

// Calls of the slow tool that we leave in mid stream: by RST, and by FIN where that cancels them.
enum class Leave : std::uint8_t { kByReset, kByClosing };
void leave_calls_until_memory_settles(ClientDriver& client, Leave how);

}  // namespace tailrace
