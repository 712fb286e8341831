// SPDX-License-Identifier: Apache-2.0
// The scripts that let sockets_do_not_grow() and descriptors_do_not_grow() look at what calls leave
// behind in a server: equal batches, a sample after each. Of every revision. Used by the script's
// thread.
#pragma once

#include "harness/peer/client_driver.h"

namespace tailrace {

// Calls of each kind that the tools allow, and a refused one, each on a connection of its own,
// which we close when it is answered. Declines where the server's processes cannot be seen.
void call_in_batches(ClientDriver& client);

// How long it takes until the handler of a slow call that just began is done, whatever became of
// it, with `clean_up` behind it. Makes one; declines where that is longer than `longest`.
Millis time_until_done(ClientDriver& client, Millis clean_up, Millis longest);

// Calls of the slow tool that we leave in mid stream, by RST and by FIN. The next sample is taken
// when their handlers must be done: those of sessions go on, as they should.
void leave_calls_in_batches(ClientDriver& client);

// Calls of the slow tool that are cancelled by notifications/cancelled.
void cancel_calls_in_batches(ClientDriver& client);

// Calls whose streams are over, and are resumed from their first event. Declines where that is not
// served.
void resume_in_batches(ClientDriver& client);

}  // namespace tailrace
