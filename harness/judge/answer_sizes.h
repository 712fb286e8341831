// SPDX-License-Identifier: Apache-2.0
// Whether the answer to one and the same question becomes longer from session to session. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// Growth of less may be a counter in a text, or a table that fills.
inline constexpr std::size_t kMuchLonger = 2048;  // Bytes
inline constexpr std::size_t kFewestAnswers = 20;  // Of one question.

// Results of a method, or of a tool, in their order: steadily longer, never shorter.
Check answers_do_not_grow();

}  // namespace tailrace
