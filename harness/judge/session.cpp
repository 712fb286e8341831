// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/body_trouble.h"
#include "harness/wire/escape.h"
#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

constexpr std::string_view kSessionHeader = "mcp-session-id";
constexpr std::size_t kMostPlace = 120;
constexpr std::string_view kFirstWithPolling = "2025-11-25", kFirstWithout = "2026-07-28";

// An address that answers so is no MCP server's, whoever started it.
std::string why_elsewhere(const Exchange& initialize) {
  constexpr int kRedirects = 3;  // Of its hundreds
  const HttpHead& head = *initialize.response;
  if (head.status / 100 == kRedirects) {
    const std::string* const place = head.find("location");
    return fmt::format("initialize was redirected by {}{}: ask that address", head.status,
                       place == nullptr ? "" : " to " + excerpt(*place, kMostPlace));
  }
  const std::string* const type = head.find("content-type");
  const bool is_page = is_success(initialize) && type != nullptr &&
                       !initialize.is_event_stream() && type->find("json") == std::string::npos;
  if (!is_page) return "";
  return fmt::format("initialize got {} with {}, and no JSON-RPC message", head.status,
                     excerpt(*type, kMostPlace));
}

std::string_view hint_at(const HttpHead& refusal) {
  constexpr int kUnauthorized = 401;
  if (refusal.status == kUnauthorized || refusal.find("www-authenticate") != nullptr) {
    return " (it asks for credentials: --header-env Authorization=VAR sends what the environment "
           "variable VAR holds)";
  }
  return " (is the address right, is the server behind it, and does it let us in?)";
}

// The body of a refusal often names its reason.
std::string what_it_said(const Exchange& refused) {
  constexpr std::size_t kMostSaid = 200;
  const bool is_page = refused.body.find('<') != std::string::npos;
  if (refused.body.empty() || is_page) return "";
  return "; it said: " + excerpt(refused.body, kMostSaid);
}

}  // namespace

std::string session_of(const Exchange& exchange) {
  const bool opens = exchange.asked && exchange.asked->method == "initialize";
  if (opens && exchange.response) {
    if (const std::string* given = exchange.response->find(kSessionHeader)) return *given;
  }
  const std::string* named = exchange.request.find(kSessionHeader);
  return named == nullptr ? "" : *named;
}

bool may_share_session(const Exchange& one, const Exchange& other) {
  const std::string first = session_of(one), second = session_of(other);
  return first == second || first.empty() || second.empty();
}

bool is_success(const Exchange& exchange) {
  return exchange.response && exchange.response->status / 100 == 2;
}

bool is_refused(const Exchange& exchange) {
  return exchange.response && exchange.response->status >= kFirstError;
}

bool is_refused_for_now(const Exchange& exchange) {
  constexpr int kTooMany = 429, kUnavailable = 503;
  if (!exchange.response) return false;
  const int status = exchange.response->status;
  return status == kTooMany ||
         (status == kUnavailable && exchange.response->find("retry-after") != nullptr);
}

bool had_our_server(const Timeline& timeline) {
  return timeline.mark(kMarkContract).has_value();
}

bool is_request(const Exchange& exchange) {
  return exchange.asked && exchange.asked->kind == MessageKind::kRequest && exchange.asked->id;
}

bool is_tool_call(const Exchange& exchange) {
  return is_request(exchange) && exchange.asked->method == "tools/call";
}

std::vector<Copy> copies_of_answer(const Timeline& timeline, const Exchange& request) {
  std::vector<Copy> copies;
  if (!is_request(request)) return copies;
  const std::string session = session_of(request);
  const auto take = [&](const Exchange& on, const RpcMessage& message, MonoTime at) {
    const bool answers = message.is_response() && message.id == request.asked->id;
    if (answers) copies.push_back({&on, &message, at});
  };
  for (const Exchange& exchange : timeline.exchanges) {
    // Where nothing tells sessions apart, ids come again: what answers another is no copy.
    const bool of_another = session.empty() && &exchange != &request && is_request(exchange) &&
                            exchange.asked->id == request.asked->id;
    if (of_another) continue;
    const std::size_t before = copies.size();
    for (const StreamEvent& event : exchange.events) {
      if (!event.message) continue;
      take(exchange, *event.message, event.at);
      for (const RpcMessage& part : event.message->batch) take(exchange, part, event.at);
    }
    if (exchange.answer && exchange.ended_at) take(exchange, *exchange.answer, *exchange.ended_at);
    // Last, since it is dearer to tell than an id.
    if (copies.size() > before && session_of(exchange) != session) copies.resize(before);
  }
  std::stable_sort(copies.begin(), copies.end(),
                   [](const Copy& a, const Copy& b) { return a.at < b.at; });
  return copies;
}

const RpcMessage* own_answer(const Exchange& request) {
  const RpcMessage* const final = request.final_message();
  const bool own = is_request(request) && final != nullptr && final->id == request.asked->id;
  return own ? final : nullptr;
}

bool is_answered(const Timeline& timeline, const Exchange& request) {
  return own_answer(request) != nullptr || !copies_of_answer(timeline, request).empty();
}

std::string why_unanswered(const Exchange& initialize) {
  constexpr int kBadRequest = 400;  // So some refuse a revision.
  if (initialize.final_message() != nullptr) return "";
  if (!initialize.response) {
    return fmt::format("initialize got no answer: its connection was {} before one came",
                       initialize.end == BodyEnd::kReset ? "reset" : "closed");
  }
  const int status = initialize.response->status;
  if (status == kBadRequest) return "";
  return fmt::format("initialize got {} and no JSON-RPC message{}", status,
                     is_refused(initialize) ? hint_at(*initialize.response) : "");
}

std::string why_no_endpoint(const Timeline& timeline, bool is_ours) {
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method != "initialize") continue;
    if (exchange.final_message() != nullptr) return "";
    if (is_refused(exchange)) return why_unanswered(exchange) + what_it_said(exchange);
    if (exchange.response) return why_elsewhere(exchange);
    if (is_ours) return "";  // It was started for this: not to answer is a fault of its own.
    const bool we_left = !exchange.ended() || exchange.end == BodyEnd::kUnseen;
    if (we_left) return "initialize got no answer in time";
    return why_unanswered(exchange) + " (does it speak TLS, or is it no HTTP server?)";
  }
  return "";
}

bool leaves_initialize_open(const Timeline& timeline) {
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method != "initialize") continue;
    if (exchange.final_message() != nullptr) return false;
    if (!exchange.response) return true;
    return is_success(exchange) && (is_json(*exchange.response) || exchange.is_event_stream());
  }
  return false;
}

bool answers_calls(const Timeline& timeline) {
  return std::ranges::any_of(timeline.exchanges, [](const Exchange& exchange) {
    return is_request(exchange) && exchange.asked->method != "initialize" && exchange.final_at();
  });
}

std::string last_id_of(const Exchange& exchange) {
  for (auto event = exchange.events.rbegin(); event != exchange.events.rend(); ++event) {
    if (event->has_id()) return *event->sse.id;
  }
  return "";
}

void blame_broken_event(const Exchange& exchange, Finding& finding) {
  const std::string what = broken_event_of(exchange);
  if (what.empty()) return;
  const Reason reason = *broken_event_reason(exchange);
  finding.observed += ": " + what;
  finding.likely_cause = reason.likely_cause;
  finding.cure = reason.cure;
}

const Exchange* issuer_of(const Timeline& timeline, const std::string& event_id) {
  const auto issuer = std::ranges::find_if(timeline.exchanges, [&](const Exchange& exchange) {
    return exchange.is_post() && std::ranges::any_of(exchange.events, [&](const auto& event) {
             return event.has_id() && *event.sse.id == event_id;
           });
  });
  return issuer == timeline.exchanges.end() ? nullptr : &*issuer;
}

bool has_sessions(std::string_view revision) {
  return revision < kFirstWithout || revision == "auto";
}

bool waits_to_be_fetched(const Timeline& timeline, const Exchange& request,
                         std::string_view revision) {
  if (revision < kFirstWithPolling || !has_sessions(revision)) return false;
  const bool in_order = request.end == BodyEnd::kComplete;
  if (!is_request(request) || !request.is_event_stream() || !in_order) return false;
  if (is_answered(timeline, request)) return false;
  const auto bears = [&](const std::string& id) {
    return std::any_of(request.events.begin(), request.events.end(),
                       [&](const StreamEvent& event) { return event.sse.id == id; });
  };
  if (last_id_of(request).empty()) return false;
  return std::none_of(timeline.exchanges.begin(), timeline.exchanges.end(), [&](const auto& later) {
    const std::string* last = later.request.find("last-event-id");
    return last != nullptr && later.request_at > *request.ended_at && bears(*last);
  });
}

const Exchange* cancelled_by(const Timeline& timeline, const Exchange& notice) {
  if (!notice.asked || notice.asked->kind != MessageKind::kNotification) return nullptr;
  if (notice.asked->method != "notifications/cancelled") return nullptr;
  const std::string id = to_text(notice.asked->body["params"]["requestId"]);
  const std::string session = session_of(notice);
  // The last of those with the id: one that was used before, by right or not, is over by then.
  const auto found = std::find_if(
      timeline.exchanges.rbegin(), timeline.exchanges.rend(), [&](const Exchange& exchange) {
        return is_request(exchange) && exchange.asked->id->text == id &&
               session_of(exchange) == session && exchange.request_at <= notice.request_at;
      });
  return found == timeline.exchanges.rend() ? nullptr : &*found;
}

bool is_cancelled(const Timeline& timeline, const Exchange& request) {
  return std::any_of(
      timeline.exchanges.begin(), timeline.exchanges.end(),
      [&](const Exchange& notice) { return cancelled_by(timeline, notice) == &request; });
}

}  // namespace tailrace
