// SPDX-License-Identifier: Apache-2.0
// Law: what each message or each reply of the implementation must look like, whatever the script
// did: a check that looks at all exchanges of a history, one by one. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/judge/check.h"

namespace tailrace {

// What one exchange shows of a law: nothing, since the law is not about it; "" where it is kept;
// else how it is broken.
using Look = std::optional<std::string>;

struct Reason {
  std::string_view likely_cause, cure;
};

struct Law {
  std::string_view name, required, likely_cause, cure;
  std::string_view unseen;  // Why nothing can be said where no exchange shows it.
  std::function<Look(const Evidence&, const Exchange&)> look;
  // Where the text is stricter than is fair to be: no finding goes above it. Without a row it is
  // the level of the finding.
  Level most = Level::kMust;
  // What this exchange tells better than the law does; none for most laws.
  std::function<std::optional<Reason>(const Exchange&)> reason{};
};

// The first exchange that breaks the law is the finding; the others are counted. A law that no
// exchange shows is not applicable: another check tells of scripts that did not run.
Check check_of(Law law, Rule rule);

// The same where it is broken; what it holds else, or could not see, is no answer to what its
// scenario asks.
Check convicts(Check check);

// Who is under test, as our end of the connection tells.
Side under_test(const Timeline& timeline, const Exchange& exchange);
// The messages in this exchange by who is under test, those of a batch one by one.
std::vector<const RpcMessage*> messages_of(const Timeline& timeline, const Exchange& exchange);
// A law about each message by itself: `look` as above, for one message.
std::function<Look(const Evidence&, const Exchange&)> each_message(
    std::function<Look(const Exchange&, const RpcMessage&)> look);

// The field of the request, and "" where it has none.
std::string header_of(const Exchange& exchange, std::string_view name);
// How the request's Accept has this type: by name, or by a range such as `*/*` (RFC 9110, 12.5.1).
enum class Accepts { kNot, kByRange, kByName };
Accepts accepts(const Exchange& exchange, std::string_view type);
// Asks by the rules of revisions without sessions, as clients may that look for them first.
bool is_probe(const Exchange& exchange);
bool resumes(const Exchange& exchange);
bool listens(const Exchange& exchange);  // A GET that resumes nothing.
// Carries no message, to another path than messages are POSTed to: no word on the MCP endpoint,
// such as a look at the server's health, a token, or the transport of 2024-11-05.
bool is_elsewhere(const Timeline& timeline, const Exchange& exchange);

// The first exchange that asks by this method, and nullptr where none does.
const Exchange* first_asked(const Timeline& timeline, std::string_view method);
// The result of the first exchange that asks by this method and has one, and null where none came.
const Json& first_result(const Timeline& timeline, std::string_view method);
bool names_nobody(const RpcMessage& response);  // Its id is missing or null.
// Why a request with an id is answered by an Error that names nobody, though it was read.
std::optional<Reason> refused_nameless(const Exchange& exchange);
// Why its response has the id of the request in the other type, as 1 for "1"; none where not.
std::optional<Reason> answered_as_text(const Exchange& exchange);
bool is_text_of(const RpcId& one, const RpcId& other);  // Either way round.
inline constexpr Reason kIdsAsText{
    "ids are kept or compared as text: a number and the string of its digits are one",
    "keep an id with its type where responses are routed and calls are cancelled"};
inline constexpr Reason kSentAgain{
    "a request whose stream ended before its response is sent again, and its handler runs twice",
    "resume the stream by GET, or fail the call: its caller says whether it is made again"};
bool is_notification_of(const RpcMessage& message, std::string_view name);

}  // namespace tailrace
