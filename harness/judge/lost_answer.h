// SPDX-License-Identifier: Apache-2.0
// An answer that a server lost, wherever in a history that shows: its stream ended and cannot be
// resumed, or it never came where others like it came at once. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// So many requests of one kind that were answered within kPromptAnswer show what is usual: one like
// them that got nothing for kServed, while nothing of ours was in its way, has been lost.
inline constexpr std::size_t kUsualAnswers = 3;
inline constexpr Millis kPromptAnswer{1000};

Check answers_are_not_lost();

}  // namespace tailrace
