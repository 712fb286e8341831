// SPDX-License-Identifier: Apache-2.0
// What is wrong with an answer that is no event stream: a message was owed, and its body is none.
// Pure.
#pragma once

#include <optional>
#include <string>

#include "harness/judge/law.h"

namespace tailrace {

struct BodyTrouble {
  std::string what;  // Goes on from "the answer".
  Reason reason;
};

// Nothing where the body is one response and complete, and where it is not to be judged: an event
// stream, a refusal, and what we did not see to its end.
std::optional<BodyTrouble> body_trouble_of(const Exchange& exchange);

}  // namespace tailrace
