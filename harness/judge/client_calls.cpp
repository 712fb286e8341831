// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/client_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "harness/judge/call_numbers.h"
#include "harness/judge/calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/resume.h"
#include "harness/judge/session.h"
#include "harness/record/marks.h"

namespace tailrace {
namespace {

std::optional<RpcId> id_of(const Exchange& exchange) {
  return exchange.asked ? exchange.asked->id : std::nullopt;
}

// What happened to any call, found once for all of them.
class CallLedger {
 public:
  explicit CallLedger(const Timeline& timeline)
      : timeline_(timeline), at_once_(are_at_once(timeline)) {
    for (ToldCall& told : told_calls(timeline)) lines_.try_emplace(told.number, std::move(told));
    for (const Exchange& exchange : timeline.exchanges) {
      if (follows_calls(exchange)) following_.push_back(&exchange);
      for (const StreamEvent& event : exchange.events) take(exchange, event.message, event.at);
      take(exchange, exchange.answer, exchange.ended_at);
    }
    std::ranges::stable_sort(following_, {}, &Exchange::request_at);
  }

  // The first response with the call's id that we sent on any stream, be it another call's.
  void find_final(ClientCall& call) const {
    const auto id = id_of(*call.exchange);
    const auto sent = id ? finals_.find(*id) : finals_.end();
    if (sent == finals_.end()) return;
    for (const Sent& one : sent->second) {
      if (one.on->request_at < call.exchange->request_at) continue;
      if (call.final_at && one.at >= *call.final_at) continue;
      call.final = one.message;
      call.final_at = one.at;
    }
  }

  CallReturn return_of(const ClientCall& call) const {
    const auto line = lines_.find(static_cast<std::int64_t>(call.number));
    if (line != lines_.end()) {
      const ToldCall& told = line->second;
      return {told.at, told.outcome, told.text, told.took};
    }
    if (const Exchange* const next = at_once_ ? nullptr : next_after(call)) {
      return {next->request_at, "", {}};
    }
    // Who ends its session after the answer has it.
    if (const Exchange* const erased = erased_after(call)) return {erased->request_at, "", {}};
    const auto& end = timeline_.process_ended;
    if (end && !end->what.asked) return {end->at, "", {}};
    return {};
  }

  // A library may send anew what was refused in mid upload, unknown to the call: that is told of
  // as under way when the second attempt had its answer. Its id was never read.
  bool is_upload_sent_anew(const ClientCall& last, const Exchange& exchange) const {
    if (at_once_ || last.exchange->asked || !exchange.head_at) return false;
    const auto line = lines_.find(static_cast<std::int64_t>(last.number));
    return line != lines_.end() && line->second.at > *exchange.head_at;
  }

 private:
  struct Sent {
    const Exchange* on;
    const RpcMessage* message;
    MonoTime at;
  };

  void take(const Exchange& on, const std::optional<RpcMessage>& message,
            std::optional<MonoTime> at) {
    if (!message || !at) return;
    take(on, *message, *at);
    for (const RpcMessage& part : message->batch) take(on, part, *at);
  }
  void take(const Exchange& on, const RpcMessage& message, MonoTime at) {
    if (message.is_response() && message.id) finals_[*message.id].push_back({&on, &message, at});
  }
  // A resume, a ping's answer and a second attempt are part of the same call. What bears its id
  // after its response is a request of its own, whether it may have that id or not.
  const Exchange* next_after(const ClientCall& call) const {
    const Exchange& own = *call.exchange;
    const auto is_part = [&](const Exchange& later) {
      return later.asked->id == id_of(own) &&
             (!call.final_at || later.request_at <= *call.final_at);
    };
    auto next = std::ranges::upper_bound(following_, own.request_at, {}, &Exchange::request_at);
    while (next != following_.end() && is_part(**next)) ++next;
    return next == following_.end() ? nullptr : *next;
  }

  const Exchange* erased_after(const ClientCall& call) const {
    const std::string session = session_of(*call.exchange);
    if (session.empty() || !call.final_at) return nullptr;
    const auto erased = std::ranges::find_if(timeline_.exchanges, [&](const Exchange& exchange) {
      return exchange.request.method == "DELETE" && exchange.request_at > *call.final_at &&
             session_of(exchange) == session;
    });
    return erased == timeline_.exchanges.end() ? nullptr : &*erased;
  }

  const Timeline& timeline_;
  const bool at_once_;
  std::map<std::int64_t, ToldCall> lines_;
  std::map<RpcId, std::vector<Sent>> finals_;
  std::vector<const Exchange*> following_;
};

Nanos took_of(const Json& line) {
  constexpr double kMost = 3'600'000;  // An hour: what is more is no such time.
  const double ms = line["ms"].as_double();
  return ms > 0 && ms < kMost ? Nanos(static_cast<std::int64_t>(ms * 1e6)) : Nanos{};
}

std::string variant_of(const Timeline& timeline, MonoTime from, std::optional<MonoTime> until) {
  auto mark = std::ranges::lower_bound(timeline.marks, from, {}, &At<Marked>::at);
  for (; mark != timeline.marks.end() && (!until || mark->at <= *until); ++mark) {
    if (mark->what.name == kMarkVariant) return mark->what.value;
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

std::vector<ToldCall> told_calls(const Timeline& timeline) {
  std::vector<ToldCall> told;
  for (const auto& line : timeline.lines) {
    const auto json = parse_json(line.what.text);
    if (!json || json->find("call") == nullptr) continue;
    ToldCall call{line.at, (*json)["call"].as_int(), (*json)["outcome"].as_string(), {},
                  line.what.text, took_of(*json)};
    if ((*json)["text"].is_string()) call.text = (*json)["text"].as_string();
    told.push_back(std::move(call));
  }
  return told;
}

int marked_number(const Timeline& timeline, std::string_view name) {
  const std::string text = timeline.mark(name).value_or("0");
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

std::size_t asked_calls(const Timeline& timeline) {
  const auto told = parse_json(timeline.mark(kMarkEnvironment).value_or("{}"));
  const std::string asked = told ? (*told)["TAILRACE_CALLS"].as_string() : "";
  std::size_t calls = 0;
  std::from_chars(asked.data(), asked.data() + asked.size(), calls);
  return calls;
}

Millis call_limit_of(const Timeline& timeline) {
  return Millis(marked_number(timeline, kMarkCallLimit));
}

std::vector<ClientCall> calls_of(const Timeline& timeline) {
  std::vector<ClientCall> calls;
  const CallLedger ledger(timeline);
  const bool at_once = are_at_once(timeline);
  std::map<std::optional<RpcId>, std::vector<std::size_t>> by_id;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!is_call(exchange) || (!calls.empty() && is_next_round(exchange))) continue;
    auto& same = by_id[id_of(exchange)];
    const bool again = exchange.asked && std::ranges::any_of(same, [&](std::size_t earlier) {
      const auto& answered = calls[earlier].final_at;
      return !answered || *answered >= exchange.request_at;
    });
    if (again || (!calls.empty() && ledger.is_upload_sent_anew(calls.back(), exchange))) continue;
    ClientCall call;
    call.exchange = &exchange;
    call.number = at_once ? static_cast<std::size_t>(own_number_of(exchange)) : calls.size() + 1;
    ledger.find_final(call);
    same.push_back(calls.size());
    calls.push_back(std::move(call));
  }
  const auto numbers = at_once ? std::vector<std::size_t>{}
                               : numbers_of(calls, told_calls(timeline));
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!at_once) calls[i].number = numbers[i];
    calls[i].back = ledger.return_of(calls[i]);
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

bool asks_for_input(const Exchange& exchange) {
  const RpcMessage* final = exchange.final_message();
  return final != nullptr && final->body["result"]["resultType"].as_string() == "input_required";
}

bool limit_was_near(const Timeline& timeline, const ClientCall& call, MonoTime at) {
  if (call.back.outcome != "limit") return false;
  Nanos since = at - call.exchange->request_at;
  if (call.back.at) since = std::max(since, at - *call.back.at + call.back.took);
  return since > call_limit_of(timeline) / 2;
}

bool came_late(const Timeline& timeline, const std::vector<ClientCall>& calls) {
  return std::ranges::any_of(calls, [&](const ClientCall& call) {
    if (!call.back.at || call.back.took == Nanos{}) return false;
    const Nanos since = call.exchange->request_at - *call.back.at + call.back.took;
    return since > call_limit_of(timeline) / 4;
  });
}

bool is_silent_get(const Exchange& exchange) {
  return exchange.request.method == "GET" && !exchange.response;
}

std::string name_of(const ClientCall& call) {
  if (call.variant.empty()) return fmt::format("call {}", call.number);
  return fmt::format("call {} ({})", call.number, call.variant);
}

Finding call_hangs(const Evidence& evidence, const ClientCall& call, std::string_view check,
                   std::string required) {
  const Timeline& timeline = evidence.timeline;
  const MonoTime until = call.back.at.value_or(timeline.last.value_or(call.exchange->request_at));
  Finding finding = finding_of(evidence, check, Rule{}, "harm.call_hangs");
  finding.required = std::move(required);
  finding.observed =
      fmt::format("{} {} {}; its own limit is {} ms", describe(*call.exchange),
                  call.back.at ? "returned only after" : "had not returned after",
                  in_millis(until - call.exchange->request_at), call_limit_of(timeline).count());
  finding.likely_cause =
      "the call waits for the end of the stream, and its limit does not cover it";
  finding.cure = "end the call when its Response, Error or stream end comes, or its limit passes";
  finding.evidence = ladder_of(timeline, *call.exchange);
  finding.evidence.push_back(gap_line(timeline, until, "the call is still under way"));
  return finding;
}

}  // namespace tailrace
