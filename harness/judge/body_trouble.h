// SPDX-License-Identifier: Apache-2.0
// What is wrong with the form of an answer: a body that is no message though one was owed, and a
// stream that ended inside an event. Pure.
#pragma once

#include <optional>
#include <string>

#include "harness/judge/law.h"

namespace tailrace {

struct BodyTrouble {
  std::string what;  // Goes on from "the answer".
  Reason reason;
};

// The body in JSON, which has room for one message, is a notification or a request.
bool is_other_message(const Exchange& exchange);

// Nothing where the body is one response and complete, and where it is not to be judged: an event
// stream, a refusal, and what we did not see to its end.
std::optional<BodyTrouble> body_trouble_of(const Exchange& exchange);

// How the stream ended inside an event, and why; "" and nothing where it did not.
std::string broken_event_of(const Exchange& exchange);
std::optional<Reason> broken_event_reason(const Exchange& exchange);

}  // namespace tailrace
