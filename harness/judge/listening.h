// SPDX-License-Identifier: Apache-2.0
// Checks of how a client comes back to a listening GET that broke off after an event id. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// By GET with the last id of that stream: what it missed is sent to nobody else. Who does not come
// back at all has made a choice.
Check listening_stream_is_resumed(Rule with_id);

// ... and not before the time that `retry` names.
Check waits_before_listening_again(Rule rule);

}  // namespace tailrace
