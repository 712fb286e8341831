// SPDX-License-Identifier: Apache-2.0
// Checks that a server goes on serving after something that concerns one request, stream or client
// alone. Pure.
#pragma once

#include <optional>
#include <string>

#include "harness/judge/check.h"

namespace tailrace {

// The script marks what happened ("the GET stream was closed") and sends valid requests after it.
inline constexpr std::string_view kMarkAfterwards = "afterwards";
const At<Marked>* afterwards(const Timeline& timeline);  // That mark; nullptr where none is.
// A server that answers nothing for so long does not serve.
inline constexpr Millis kServed{5000};
inline constexpr Millis kWatchServed{5500};  // So long do scripts watch for it.

// Requests of one kind ask for the same: the method and, of a call, the tool.
std::string kind_of(const Exchange& request);
// A window of ours after this time took far longer than it was to: the machine was too busy.
bool overslept_after(const Timeline& timeline, MonoTime at);
// We looked for so long after `since` by timers that kept time: all of them, or one wait as long.
bool watched_for(const Timeline& timeline, MonoTime since, Millis length);
// For how long nothing at all came back, on a connection that stayed; none where that was less
// than an answer may take. We may leave sooner.
std::optional<Nanos> silent_for(const Timeline& timeline, const Exchange& exchange);

// Requests after the mark are served: not refused, not left without an answer.
Check still_serves(Rule rule);
// What was served again and again is not refused from some call on (5xx without Retry-After).
Check goes_on_serving();
// A request with an id that is in flight is refused or answered; a hang is told and no more.
Check equal_id_does_not_hang();
// A refused initialize gives out no session id that serves requests.
Check refused_initialize_opens_no_session();
// Offered a revision that it does not speak, the server answers with one that it does.
Check offers_other_revision(Rule rule);

}  // namespace tailrace
