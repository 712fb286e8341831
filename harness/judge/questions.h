// SPDX-License-Identifier: Apache-2.0
// What becomes of a server's own requests in mid stream, and of our responses to them, which a
// client POSTs (revisions with sessions). Pure.
#pragma once

#include <vector>

#include "harness/judge/check.h"

namespace tailrace {

// The requests of the server on this stream, in their order.
std::vector<const RpcMessage*> questions_on(const Exchange& call);
// Our response to one, which names it by its id; nullptr where none was sent after it.
const Exchange* reply_to_question(const Timeline& timeline, const Exchange& call,
                                  const RpcMessage& question);

// A call whose questions were all answered, and the answers accepted, gets its response; and none
// is answered by the reply to another one's question. A tool that asks nothing is not applicable,
// and one that takes its time alone tells nothing: two calls show it.
Check answered_questions_go_on();

}  // namespace tailrace
