// SPDX-License-Identifier: Apache-2.0
// Checks of subscriptions/listen (2026-07-28). AMB-29: a server that refuses it, or answers it with
// JSON, made a legal choice, and nothing is asked of it. Else: what stands on the stream, and in
// which order. Pure.
#pragma once

#include <optional>

#include "harness/judge/check.h"

namespace tailrace {

// When this subscription was acknowledged; none where it was not.
std::optional<MonoTime> begun_at(const Exchange& listen);
// By the server, and not by our leaving.
bool is_over(const Timeline& timeline, const Exchange& listen);

// The first message of a subscription is its acknowledgement (`first`), and every message on it
// carries the subscription's id in `_meta` (`tag`).
Check subscription_begins_with_acknowledgement(Rule first, Rule tag);

// Three subscriptions on connections of their own, the third with the first one's id: without
// sessions they are those of different callers, and none costs another. The second shows that more
// than one is served.
Check subscriptions_are_apart(Rule rule);

// A subscription brings no answers to other requests.
Check subscriptions_bring_no_answers(Rule rule);
// One that is left ends no other (`others`); one that the server ends has a result (`result`).
Check subscriptions_outlive_others(Rule others, Rule result);

}  // namespace tailrace
