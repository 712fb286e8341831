// SPDX-License-Identifier: Apache-2.0
// Scripts of requests beside others, of every revision. Used by the script's thread.
#pragma once

#include <string>
#include <vector>

#include "harness/peer/client_driver.h"

namespace tailrace {

// Twenty calls of the slow tool, past a table or a pool of 16; a polite run opens fewer.
std::vector<StreamId> ask_slowly_at_once(ClientDriver& client);
// Up to a few that have lost theirs, since to look for each of them elsewhere takes its time.
void await_answers(ClientDriver& client, const std::vector<StreamId>& calls);

// A request while a big answer is not read; `what` says so to the checks.
void ask_beside_unread(ClientDriver& client, const std::string& what);

}  // namespace tailrace
