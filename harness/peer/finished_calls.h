// SPDX-License-Identifier: Apache-2.0
// The script that lets finished_calls_are_let_go() look for what a server keeps of calls that are
// done. Used by the script's thread.
#pragma once

#include "harness/peer/client_driver.h"

namespace tailrace {

// Calls of each kind that the tools allow, with ids to look for, then as many more as it takes
// until other texts of those requests are gone from the server's memory. Declines where it cannot
// be searched. Where events have ids, only calls of ended sessions are asked about.
void search_for_finished_calls(ClientDriver& client);
// The same without sessions, where no notification may be sent that nobody keeps.
void search_for_finished_requests(ClientDriver& client);

// Whether what is kept of a finished call may be for a client that resumes: its events have ids,
// and nothing shows that a resume of it brings none of them.
bool may_replay(ClientDriver& client, StreamId finished);

}  // namespace tailrace
