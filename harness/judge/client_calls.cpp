// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/client_calls.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <span>
#include <utility>

#include "harness/judge/call_numbers.h"
#include "harness/judge/calls.h"
#include "harness/judge/ladder.h"
#include "harness/judge/resume.h"
#include "harness/judge/session.h"
#include "harness/record/marks.h"
#include "harness/wire/meta_names.h"

namespace tailrace {
namespace {

std::optional<RpcId> id_of(const Exchange& exchange) {
  return exchange.asked ? exchange.asked->id : std::nullopt;
}

Nanos took_of(const Json& line) {
  constexpr double kMost = 3'600'000;  // An hour: what is more is no such time.
  const double ms = line["ms"].as_double();
  return ms > 0 && ms < kMost ? Nanos(static_cast<std::int64_t>(ms * 1e6)) : Nanos{};
}

// What the adapter printed. One process may have many sessions, each of which counts from 1.
struct Told {
  std::vector<ToldCall> calls;
  std::vector<MonoTime> session_ends;

  std::size_t session_at(MonoTime at) const {
    const auto next = std::ranges::upper_bound(session_ends, at);
    return static_cast<std::size_t>(next - session_ends.begin());
  }
  // Also where the session of the last ones is still under way.
  std::span<const ToldCall> of(std::size_t session) const {
    const auto [first, last] = std::ranges::equal_range(calls, session, {}, &ToldCall::session);
    return {first, last};
  }
};

Told told_by(const Timeline& timeline) {
  Told told;
  for (const auto& line : timeline.lines) {
    const auto json = parse_json(line.what.text);
    if (!json) continue;
    if ((*json)["done"].as_bool()) told.session_ends.push_back(line.at);
    if (json->find("call") == nullptr) continue;
    ToldCall call{line.at,
                  (*json)["call"].as_int(),
                  (*json)["outcome"].as_string(),
                  {},
                  line.what.text,
                  took_of(*json),
                  told.session_ends.size()};
    if ((*json)["text"].is_string()) call.text = (*json)["text"].as_string();
    told.calls.push_back(std::move(call));
  }
  return told;
}

// What happened to any call, found once for all of them.
class CallLedger {
 public:
  explicit CallLedger(const Timeline& timeline)
      : timeline_(timeline), told_(told_by(timeline)), at_once_(are_at_once(timeline)) {
    for (const ToldCall& line : told_.calls) {
      lines_.try_emplace({line.session, line.number}, &line);
    }
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
    const auto sent = id ? finals_.find({call.session, *id}) : finals_.end();
    if (sent == finals_.end()) return;
    for (const Sent& one : sent->second) {
      if (one.on->request_at < call.exchange->request_at) continue;
      if (!may_share_session(*one.on, *call.exchange)) continue;
      if (call.final_at && one.at >= *call.final_at) continue;
      call.final = one.message;
      call.final_at = one.at;
    }
  }

  // What answers the call is what answers this: a further round, or an attempt in a new session.
  void go_on(ClientCall& call, const Exchange& round) const {
    ClientCall anew;
    anew.exchange = &round;
    anew.session = call.session;
    find_final(anew);
    call.final = anew.final;
    call.final_at = anew.final_at;
  }

  const Told& told() const { return told_; }

  CallReturn return_of(const ClientCall& call) const {
    if (const ToldCall* line = line_of(call)) {
      return {line->at, line->outcome, line->text, line->took};
    }
    CallReturn back;
    const auto came_by = [&](MonoTime at) { back.at = std::min(back.at.value_or(at), at); };
    if (const Exchange* const next = at_once_ ? nullptr : next_after(call)) {
      came_by(next->request_at);
    }
    // Who ends its session after the answer has it.
    if (const Exchange* const erased = erased_after(call)) came_by(erased->request_at);
    if (call.session < told_.session_ends.size()) came_by(told_.session_ends[call.session]);
    const auto& end = timeline_.process_ended;
    if (end && !end->what.asked) came_by(end->at);
    return back;
  }

  // A library may send anew what was refused in mid upload, unknown to the call: that is told of
  // as under way when the second attempt had its answer. Its id was never read.
  bool is_upload_sent_anew(const ClientCall& last, const Exchange& exchange) const {
    if (at_once_ || last.exchange->asked || !exchange.head_at) return false;
    const ToldCall* const line = line_of(last);
    return line != nullptr && line->at > *exchange.head_at;
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
    if (!message.is_response() || !message.id) return;
    finals_[{told_.session_at(on.request_at), *message.id}].push_back({&on, &message, at});
  }
  const ToldCall* line_of(const ClientCall& call) const {
    const auto line = lines_.find({call.session, static_cast<std::int64_t>(call.number)});
    return line == lines_.end() ? nullptr : line->second;
  }
  // A resume, a ping's answer and a second attempt are part of the same call. What bears its id
  // after its response is a request of its own, whether it may have that id or not.
  const Exchange* next_after(const ClientCall& call) const {
    const Exchange& own = *call.exchange;
    const auto is_part = [&](const Exchange& later) {
      return is_same_request(own, later) &&
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
  const Told told_;
  const bool at_once_;
  std::map<std::pair<std::size_t, std::int64_t>, const ToldCall*> lines_;
  std::map<std::pair<std::size_t, RpcId>, std::vector<Sent>> finals_;
  std::vector<const Exchange*> following_;
};

// The calls of a session stand together, and so do the lines that were told of it.
void number_calls(std::vector<ClientCall>& calls, const Told& told, bool left) {
  std::vector<ClientCall> numbered;
  for (auto first = calls.begin(); first != calls.end();) {
    const std::size_t session = first->session;
    const auto next = std::find_if(
        first, calls.end(), [&](const ClientCall& call) { return call.session != session; });
    std::vector<ClientCall> own{std::make_move_iterator(first), std::make_move_iterator(next)};
    if (left || session < told.session_ends.size()) join_attempts(own, told.of(session));
    const auto numbers = numbers_of(own, told.of(session));
    for (std::size_t i = 0; i < own.size(); ++i) own[i].number = numbers[i];
    std::ranges::move(own, std::back_inserter(numbered));
    first = next;
  }
  calls = std::move(numbered);
}

std::string variant_of(const Timeline& timeline, MonoTime from, std::optional<MonoTime> until) {
  auto mark = std::ranges::lower_bound(timeline.marks, from, {}, &At<Marked>::at);
  for (; mark != timeline.marks.end() && (!until || mark->at <= *until); ++mark) {
    if (mark->what.name == kMarkVariant) return mark->what.value;
  }
  return "";
}

// The text may be left out; who tells some of them had none where it tells none.
void note_missing_texts(std::vector<ClientCall>& calls) {
  const auto tells = [](const ClientCall& call) {
    return call.back.text && !call.back.text->empty();
  };
  if (std::ranges::none_of(calls, tells)) return;
  for (ClientCall& call : calls) {
    if (call.back.outcome == "result" && !call.back.text) call.back.text = "";
  }
}

}  // namespace

bool is_call(const Exchange& exchange) {
  if (!exchange.request_complete) return exchange.is_post() && is_refused(exchange);
  return exchange.asked && exchange.asked->kind == MessageKind::kRequest &&
         exchange.asked->method == "tools/call";
}

bool is_same_request(const Exchange& first, const Exchange& later) {
  if (id_of(first) != id_of(later)) return false;
  if (may_share_session(first, later)) return true;
  return first.response && first.response->status == kNotFound;
}

bool follows_calls(const Exchange& exchange) {
  if (!exchange.asked || exchange.asked->kind != MessageKind::kRequest) return false;
  return exchange.asked->method != "ping" && exchange.asked->method != kListenMethod;
}

bool are_at_once(const Timeline& timeline) {
  return timeline.mark(kMarkAtOnce) == "yes";
}

std::int64_t own_number_of(const Exchange& exchange) {
  return exchange.asked->body["params"]["arguments"]["call"].as_int();
}

std::vector<ToldCall> told_calls(const Timeline& timeline) {
  return told_by(timeline).calls;
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
  std::map<std::pair<std::size_t, std::optional<RpcId>>, std::vector<std::size_t>> by_id;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!is_call(exchange)) continue;
    if (!calls.empty() && is_next_round(exchange)) {
      ledger.go_on(calls.back(), exchange);
      continue;
    }
    const std::size_t session = ledger.told().session_at(exchange.request_at);
    auto& same = by_id[{session, id_of(exchange)}];
    const auto first_try = std::ranges::find_if(same, [&](std::size_t earlier) {
      const auto& answered = calls[earlier].final_at;
      return exchange.asked && is_same_request(*calls[earlier].exchange, exchange) &&
             (!answered || *answered >= exchange.request_at);
    });
    const bool again = first_try != same.end();
    if (again && !may_share_session(*calls[*first_try].exchange, exchange)) {
      ledger.go_on(calls[*first_try], exchange);
    }
    if (again || (!calls.empty() && ledger.is_upload_sent_anew(calls.back(), exchange))) continue;
    ClientCall call;
    call.exchange = &exchange;
    call.session = session;
    const bool first = calls.empty() || calls.back().session != session;
    call.number = at_once ? static_cast<std::size_t>(own_number_of(exchange))
                          : (first ? 0 : calls.back().number) + 1;
    ledger.find_final(call);
    same.push_back(calls.size());
    calls.push_back(std::move(call));
  }
  const auto& end = timeline.process_ended;
  if (!at_once) number_calls(calls, ledger.told(), end && !end->what.asked);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    calls[i].back = ledger.return_of(calls[i]);
    std::optional<MonoTime> until;
    if (i + 1 < calls.size()) until = calls[i + 1].exchange->request_at;
    calls[i].variant = variant_of(timeline, calls[i].exchange->request_at, until);
  }
  note_missing_texts(calls);
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

std::string how_it_died(const Timeline& timeline) {
  const auto& end = timeline.process_ended;
  if (!end || end->what.asked || timeline.mark(kMarkContract) != "calls") return "";
  if (end->what.signal != 0) {
    return fmt::format("the client's process died by signal {}{}", end->what.signal,
                       after_its_words(end->what));
  }
  if (end->what.exit_code == 0) return "";
  return fmt::format("the client's process ended with status {}{}", end->what.exit_code,
                     after_its_words(end->what));
}

std::string died_in(const Timeline& timeline, const ClientCall& call) {
  const auto& end = timeline.process_ended;
  if (!end || call.back.at != end->at || !call.back.outcome.empty()) return "";
  const std::string how = how_it_died(timeline);
  return how.empty() ? "" : name_of(call) + ": " + how;
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
  std::string name = fmt::format("call {}", call.number);
  if (call.session > 0) name += fmt::format(" of session {}", call.session + 1);
  if (!call.variant.empty()) name += fmt::format(" ({})", call.variant);
  return name;
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
