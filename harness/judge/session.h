// SPDX-License-Identifier: Apache-2.0
// Which session an exchange belongs to, and what of one session answers a request. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/record/run_record.h"
#include "harness/record/timeline.h"

namespace tailrace {

inline constexpr int kAccepted = 202;  // What is no request was taken.
inline constexpr int kNotFound = 404;  // A session that is not, or no more.
inline constexpr int kMethodNotAllowed = 405;
inline constexpr int kFirstError = 400, kFirstServerError = 500;  // RFC 9110, 15.5 and 15.6.

// The id in its request; that of initialize is in its response, whatever its request names. ""
// where there is none.
std::string session_of(const Exchange& exchange);
// Ids are a session's own, so equal ones of two sessions are two requests. Who names none may be of
// any.
bool may_share_session(const Exchange& one, const Exchange& other);
bool is_success(const Exchange& exchange);  // 2xx
bool is_refused(const Exchange& exchange);  // 4xx, 5xx
// Of anything, since the server has no room for it now (RFC 6585, 4; RFC 9110, 15.6.4): 429, and
// 503 with Retry-After. It says nothing of what was asked.
bool is_refused_for_now(const Exchange& exchange);
bool is_request(const Exchange& exchange);  // A POSTed JSON-RPC request.
inline constexpr std::string_view kMarkContract = "client_contract";  // "calls", "conformance"
// Of a run in which a script of ours was the server: all that came before is in it. A capture may
// have begun in the midst of sessions, and hold those of several clients at one address.
bool had_our_server(const Timeline& timeline);
bool is_tool_call(const Exchange& exchange);
// Named by scripts: nobody speaks it.
inline constexpr std::string_view kNobodysRevision = "1999-01-01";

// A Result or Error with the id of a request, on whatever stream of its session.
struct Copy {
  const Exchange* on = nullptr;
  const RpcMessage* message = nullptr;
  MonoTime at;
};
std::vector<Copy> copies_of_answer(const Timeline& timeline, const Exchange& request);
// That on the request's own stream; nullptr where none is there.
const RpcMessage* own_answer(const Exchange& request);
// Whether there is one. Most have it on their own stream, and nothing else is looked at then.
bool is_answered(const Timeline& timeline, const Exchange& request);
// Whether any request but initialize got a message. Of a server that answers none, what stays
// unanswered after something else, or beside it, proves nothing about that.
bool answers_calls(const Timeline& timeline);

// Why initialize brought no message, where that is no choice of a server; "" where it brought one,
// and for 400, by which some refuse a revision.
std::string why_unanswered(const Exchange& initialize);
// That what answers is no MCP server: the first initialize got an error status, a page or a
// redirect, or, of an address that is not `is_ours`, no HTTP: a wrong address, a missing right, or
// a proxy without its server. "" where an MCP server may be there.
std::string why_no_endpoint(const Timeline& timeline, bool is_ours);

// Whether the first initialize got neither a message nor a refusal: silence, an end or half an
// answer, where who does not speak its revision says so.
bool leaves_initialize_open(const Timeline& timeline);

// Of the last event that has one, or "".
std::string last_id_of(const Exchange& exchange);

// Where its body ended inside an event, the finding says so: then that is what went wrong with it.
void blame_broken_event(const Exchange& exchange, Finding& finding);
// The stream of a POST that issued this event id; nullptr where none did.
const Exchange* issuer_of(const Timeline& timeline, const std::string& event_id);

// Revisions before 2026-07-28 have; "auto" is one of them, which the client names.
bool has_sessions(std::string_view revision);

// Why such a stream leaves a question open.
inline constexpr std::string_view kUnfetched =
    "a stream ended early, as it may, and was not resumed";
// Its stream ended in order, before its response and after an event id, as 2025-11-25 allows; the
// response is there for whoever comes back by that id, and nobody did.
bool waits_to_be_fetched(const Timeline& timeline, const Exchange& request,
                         std::string_view revision);

// The request that notifications/cancelled of the same session names; nullptr where none is.
const Exchange* cancelled_by(const Timeline& timeline, const Exchange& notice);
bool is_cancelled(const Timeline& timeline, const Exchange& request);

}  // namespace tailrace
