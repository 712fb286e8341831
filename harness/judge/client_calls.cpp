// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/client_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harness/judge/calls.h"
#include "harness/judge/resume.h"
#include "harness/judge/session.h"

namespace tailrace {
namespace {

std::optional<RpcId> id_of(const Exchange& exchange) {
  return exchange.asked ? exchange.asked->id : std::nullopt;
}

std::optional<CallReturn> told_by_adapter(const Timeline& timeline, std::size_t call) {
  for (const auto& line : timeline.lines) {
    const auto json = parse_json(line.what.text);
    if (!json || (*json)["call"].as_int() != static_cast<std::int64_t>(call)) continue;
    CallReturn back{line.at, (*json)["outcome"].as_string(), {}};
    if ((*json)["text"].is_string()) back.text = (*json)["text"].as_string();
    return back;
  }
  return std::nullopt;
}

CallReturn return_of(const Timeline& timeline, const ClientCall& call) {
  if (auto told = told_by_adapter(timeline, call.number)) return *told;
  // A resume, a ping's answer and a second attempt are part of the same call.
  const Exchange& own = *call.exchange;
  const auto next = std::find_if(
      timeline.exchanges.begin(), timeline.exchanges.end(), [&](const Exchange& later) {
        return later.request_at > own.request_at && follows_calls(later) &&
               later.asked->id != id_of(own);
      });
  if (next != timeline.exchanges.end() && !are_at_once(timeline)) return {next->request_at, "", {}};
  const bool left = timeline.process_ended && !timeline.process_ended->what.asked;
  if (left) return {timeline.process_ended->at, "", {}};
  return {};
}

// The first response with the call's id that we sent on any stream, be it that of another call.
void find_final(const Timeline& timeline, ClientCall& call) {
  const auto take = [&](const std::optional<RpcMessage>& message, std::optional<MonoTime> at) {
    const bool own = message && message->is_response() && message->id == id_of(*call.exchange);
    if (!own || !at || (call.final_at && *at >= *call.final_at)) return;
    call.final = &*message;
    call.final_at = at;
  };
  for (const Exchange& exchange : timeline.exchanges) {
    if (exchange.request_at < call.exchange->request_at) continue;
    for (const StreamEvent& event : exchange.events) take(event.message, event.at);
    take(exchange.answer, exchange.ended_at);
  }
}

std::string variant_of(const Timeline& timeline, MonoTime from, std::optional<MonoTime> until) {
  for (const auto& mark : timeline.marks) {
    if (mark.what.name != kMarkVariant || mark.at < from || (until && mark.at > *until)) continue;
    return mark.what.value;
  }
  return "";
}

}  // namespace

bool is_call(const Exchange& exchange) {
  if (!exchange.request_complete) return exchange.is_post() && is_refused(exchange);
  return exchange.asked && exchange.asked->kind == MessageKind::kRequest &&
         exchange.asked->method == "tools/call";
}

bool follows_calls(const Exchange& exchange) {
  if (!exchange.asked || exchange.asked->kind != MessageKind::kRequest) return false;
  return exchange.asked->method != "ping" && exchange.asked->method != "subscriptions/listen";
}

bool are_at_once(const Timeline& timeline) {
  return timeline.mark(kMarkAtOnce) == "yes";
}

std::int64_t own_number_of(const Exchange& exchange) {
  return exchange.asked->body["params"]["arguments"]["call"].as_int();
}

std::size_t told_calls(const Timeline& timeline) {
  return static_cast<std::size_t>(
      std::count_if(timeline.lines.begin(), timeline.lines.end(), [](const auto& line) {
        const auto json = parse_json(line.what.text);
        return json && json->find("call") != nullptr;
      }));
}

int marked_number(const Timeline& timeline, std::string_view name) {
  const std::string text = timeline.mark(name).value_or("0");
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Millis call_limit_of(const Timeline& timeline) {
  return Millis(marked_number(timeline, kMarkCallLimit));
}

std::vector<ClientCall> calls_of(const Timeline& timeline) {
  std::vector<ClientCall> calls;
  const bool at_once = are_at_once(timeline);
  for (const Exchange& exchange : timeline.exchanges) {
    if (!is_call(exchange) || (!calls.empty() && is_next_round(exchange))) continue;
    const bool again = std::any_of(calls.begin(), calls.end(), [&](const ClientCall& call) {
      const bool open = !call.final_at || *call.final_at >= exchange.request_at;
      return open && exchange.asked && id_of(*call.exchange) == exchange.asked->id;
    });
    if (again) continue;
    ClientCall call;
    call.exchange = &exchange;
    call.number = at_once ? static_cast<std::size_t>(own_number_of(exchange)) : calls.size() + 1;
    find_final(timeline, call);
    calls.push_back(std::move(call));
  }
  for (std::size_t i = 0; i < calls.size(); ++i) {
    calls[i].back = return_of(timeline, calls[i]);
    std::optional<MonoTime> until;
    if (i + 1 < calls.size()) until = calls[i + 1].exchange->request_at;
    calls[i].variant = variant_of(timeline, calls[i].exchange->request_at, until);
  }
  return calls;
}

bool outlived(const Timeline& timeline, const ClientCall& call) {
  const MonoTime until = call.back.at.value_or(timeline.last.value_or(call.exchange->request_at));
  return until - call.exchange->request_at > call_limit_of(timeline) * kLimitsUntilHarm;
}

bool is_next_round(const Exchange& exchange) {
  if (!exchange.asked) return false;
  const Json& params = exchange.asked->body["params"];
  return params.find("inputResponses") != nullptr || params.find("requestState") != nullptr;
}

bool limit_was_near(const Timeline& timeline, const ClientCall& call, MonoTime at) {
  if (call.back.outcome != "limit") return false;
  return at - call.exchange->request_at > call_limit_of(timeline) / 2;
}

bool is_silent_get(const Exchange& exchange) {
  return exchange.request.method == "GET" && !exchange.response;
}

std::string name_of(const ClientCall& call) {
  if (call.variant.empty()) return fmt::format("call {}", call.number);
  return fmt::format("call {} ({})", call.number, call.variant);
}

}  // namespace tailrace
