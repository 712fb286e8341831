// SPDX-License-Identifier: Apache-2.0
// Calls back to back on one connection and, in turns, on another where no ACK is delayed: what the
// checks of stalls compare. At the end, where the server is ours to touch, once more on the first
// one with the cure in place. Used by the script's thread.
#pragma once

#include <functional>

#include "harness/peer/client_driver.h"

namespace tailrace {

inline constexpr int kSeriesRounds = 4;
inline constexpr int kCallsPerRound = 5;  // 20 calls on each connection.

// Sends one request on this connection, or on any where it is none; its answer is awaited here.
using Ask = std::function<StreamId(ConnectionId)>;

// `plain` is where the answers may be held; none: a new connection.
void ask_in_turns(ClientDriver& client, const Ask& ask, ConnectionId plain = {});

// Whole scripts, of every revision: Results as JSON, and Results of 100 B to 64 kB. Big ones come
// first: after a pause the kernel acknowledges the first segments at once, whatever they are, and
// full ones always.
void ask_for_json_in_turns(ClientDriver& client);
void ask_for_sizes_in_turns(ClientDriver& client);

}  // namespace tailrace
