// SPDX-License-Identifier: Apache-2.0
// Scripts of one call whose stream has event ids, and of what its client asks for when that stream
// is over. Used by the script's thread.
#pragma once

#include <functional>

#include "harness/peer/server_driver.h"

namespace tailrace {

using AnswerStream = std::function<void(StreamId)>;

// The stream ends before its response; `answer` is given each GET that resumes it, up to some more
// than are a storm.
void fail_resumes(ServerDriver& server, const AnswerStream& answer);

// `answer` is given the call. Then the client stays for long enough that a resume would show.
void await_resume_after(ServerDriver& server, const AnswerStream& answer);

}  // namespace tailrace
