// SPDX-License-Identifier: Apache-2.0
// The scripts that let memory_does_not_grow() look at what calls leave behind in a server, of every
// revision: batches until it has settled. They decline where its processes cannot be seen. Used by
// the script's thread.
#pragma once

#include "harness/peer/client_driver.h"

namespace tailrace {

// Calls of each kind that the tools allow, one after the other, half of them plain.
void call_until_memory_settles(ClientDriver& client);

// Calls of the slow tool that we leave in mid stream, by RST, or by FIN where that cancels them; or
// that we cancel by notifications/cancelled.
enum class Leave : std::uint8_t { kByReset, kByClosing, kByCancel };
void leave_calls_until_memory_settles(ClientDriver& client, Leave how);

// Listening streams that we close again. Declines where the server offers none.
void listen_until_memory_settles(ClientDriver& client);

}  // namespace tailrace
