// SPDX-License-Identifier: Apache-2.0
// What a client's calls were and how each came back: shared by the checks of clients. Pure.
//
// A call's return shows by the adapter's line of JSON for it; without one, by the client's next
// request, by the end of its session or by that of its process, whichever is told first.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/judge/check.h"

namespace tailrace {

// The script marks "variant" when it answers a call in one of several ways: findings name it.
inline constexpr std::string_view kMarkVariant = "variant";

// "yes" where the client was asked to make its calls all at once: each then says its own number in
// its argument "call", and no request tells that an earlier call has returned.
inline constexpr std::string_view kMarkAtOnce = "calls_at_once";

// Why nothing can be said of the calls of one without an adapter's lines.
inline constexpr const char* kTellsNoEnds =
    "the client does not tell how its calls end: give it an adapter (fixtures/sut/README.md)";

// A line that the adapter printed of a call.
struct ToldCall {
  MonoTime at;
  std::int64_t number = 0;          // From 1; anything else breaks its contract.
  std::string outcome;              // "result", "error", "limit"
  std::optional<std::string> text;  // What the caller got, where it tells.
  std::string_view line;            // As it stands in the Timeline
  Nanos took{};                     // Its "ms"; 0 where it does not tell.
  std::size_t session = 0;  // Of those that one process had, told by the "done" lines before it.
};
// In the order they came.
std::vector<ToldCall> told_calls(const Timeline& timeline);

struct CallReturn {
  std::optional<MonoTime> at;
  std::string outcome;              // The adapter's word: "result", "error", "limit"; "": unknown.
  std::optional<std::string> text;  // What the adapter got, where it tells.
  Nanos took{};                     // By the adapter; 0: unknown.
};

struct ClientCall {
  const Exchange* exchange = nullptr;  // Its first request.
  std::size_t session = 0;             // Of one process, from 0
  std::size_t number = 0;              // In its session, from 1, as the adapter counts
  CallReturn back;
  std::string variant;
  // Its final message, on whatever connection it came, and when that was complete; where results
  // ask for input, that of its last round.
  const RpcMessage* final = nullptr;
  std::optional<MonoTime> final_at;
};

// A tool call; also one that was refused before its body had come in full, which then tells nothing
// but that: scripts leave no other message unread.
bool is_call(const Exchange& exchange);

// Whether a request with the first one's id may be another attempt at it: in a new session only
// where the old one was gone (404), for ids begin again there.
bool is_same_request(const Exchange& first, const Exchange& later);

// A request that a client makes when it is done with the one before: neither a ping nor a
// subscription, which go out beside calls.
bool follows_calls(const Exchange& exchange);

// Tool calls in the order of their first requests. Another attempt with the same id, and a further
// round of a request that asked for input, are part of the same call; attempts with ids of their
// own are one call, that of the last (join_attempts).
std::vector<ClientCall> calls_of(const Timeline& timeline);

bool are_at_once(const Timeline& timeline);
// What a call that is made beside others says it is; 0 where it does not.
std::int64_t own_number_of(const Exchange& exchange);

std::size_t asked_calls(const Timeline& timeline);  // Of the client.

// The client's own limit of a call, as its manifest tells.
Millis call_limit_of(const Timeline& timeline);
// A number that the script marked; 0 where it did not.
int marked_number(const Timeline& timeline, std::string_view name);
// Beyond kLimitsUntilHarm of its own limits, seen so far or returned after.
bool outlived(const Timeline& timeline, const ClientCall& call);
// A further round of a request that asked for input (2026-07-28).
bool is_next_round(const Exchange& exchange);
bool asks_for_input(const Exchange& exchange);  // By its result.
// It ran out of its own limit, and `at`, what it waited for, had come in the second half of that: a
// slow script or a loaded host may be to blame, so nothing can be told of the client. Its limit
// began when it says, where we came to read its request only later.
bool limit_was_near(const Timeline& timeline, const ClientCall& call, MonoTime at);
// Some request was read long after its call had begun, as the client tells: the host is too busy to
// say of a call that ran out of its limit that it was never sent.
bool came_late(const Timeline& timeline, const std::vector<ClientCall>& calls);
// A listening GET whose answer has not begun.
bool is_silent_get(const Exchange& exchange);
// "call 3 (CRLF)": for findings.
std::string name_of(const ClientCall& call);
// How the client's process ended by itself, and not well; "" where it did not, or was told to end.
// Its contract is to exit with 0 whatever its calls came back with.
std::string how_it_died(const Timeline& timeline);
std::string died_in(const Timeline& timeline, const ClientCall& call);  // While that was under way.
// Of one that outlived its limits: harm, whatever it waits for.
Finding call_hangs(const Evidence& evidence, const ClientCall& call, std::string_view check,
                   std::string required);

}  // namespace tailrace
