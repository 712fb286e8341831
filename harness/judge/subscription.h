// SPDX-License-Identifier: Apache-2.0
// Checks of subscriptions/listen (2026-07-28): what stands on the stream, and in which order. Pure.
#pragma once

#include "harness/judge/check.h"

namespace tailrace {

// The first message of a subscription is its acknowledgement (`first`), and every message on it
// carries the subscription's id in `_meta` (`tag`).
Check subscription_begins_with_acknowledgement(Rule first, Rule tag);

}  // namespace tailrace
