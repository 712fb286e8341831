// SPDX-License-Identifier: Apache-2.0
// What our scripted client waits for: answers, heads, event ids, ends.
#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/closure.h"
#include "harness/judge/ladder.h"
#include "harness/judge/service.h"
#include "harness/judge/session.h"
#include "harness/judge/stopping.h"
#include "harness/peer/client_driver.h"

namespace tailrace {
namespace {

// An answer that comes is waited for, though not for ever: a big one takes its time on a slow path
// or a busy machine. The deadline counts from its last bytes, which are looked for so often.
constexpr Millis kNothingMore{1000};
constexpr int kMostDeadlines = 3;
// After its final message a stream normally ends within microseconds: wait that little, so that
// the next request finds the connection free. Streams left open are watched later, all at once.
constexpr Deadline kSettle{"settle", Millis(300)};
// A server that left so many of the last kRemembered open by then will hardly end the next one by
// then: who waits so long for each has no time for what it came to see.
constexpr int kOftenUnsettled = 5;
constexpr std::size_t kRemembered = 16;
constexpr Millis kShortSettle{20};
// Who has not ended by then is late or leaves its streams open: more are asked for, and all watched
// at once.
constexpr Millis kFirstLook = kLate + Millis(500);

bool is_over(const Timeline& timeline, StreamId stream) {
  const Exchange* exchange = timeline.exchange(stream);
  return exchange != nullptr && exchange->ended();
}

// Has all that a client must have before it goes on: of what is no request the status alone.
bool is_replied(const Timeline& timeline, StreamId stream) {
  const Exchange& exchange = *timeline.exchange(stream);
  if (exchange.final_message() != nullptr || exchange.ended()) return true;
  const bool message =
      exchange.asked && exchange.asked->kind != MessageKind::kInvalid && !is_request(exchange);
  return exchange.head_at && (message || exchange.request.method == "DELETE");
}

std::string first_id_of(const Exchange& exchange) {
  for (const StreamEvent& event : exchange.events) {
    if (event.has_id()) return *event.sse.id;
  }
  return "";
}

// All that came on its connection: an event of megabytes is one only when it is whole.
std::uint64_t bytes_beside(const Timeline& timeline, StreamId stream) {
  return timeline.connection(timeline.exchange(stream)->connection)->read_bytes;
}

// "tools/call (id 2) on connection 1": reports show it to people who do not know our streams.
std::string told(const History& history, StreamId stream) {
  return history.read(
      [&](const Timeline& timeline) { return describe(*timeline.exchange(stream)); });
}

// Those may stay open.
template <class Others>
auto all_ended_but(Others others) {
  return [others](const Timeline& timeline) {
    return std::ranges::all_of(timeline.exchanges, [&](const Exchange& exchange) {
      return exchange.ended() || others(exchange);
    });
  };
}

}  // namespace

// Of the kind of request that it is, where that is one: another of its kind fares as it does.
std::string ClientDriver::kind_asked(StreamId stream) const {
  return history_.read([&](const Timeline& timeline) -> std::string {
    const Exchange& exchange = *timeline.exchange(stream);
    if (!is_request(exchange) || exchange.asked->method == "initialize") return "";
    const Json& params = exchange.asked->body["params"];
    return opened() + " " + exchange.asked->method + " " + to_text(params["name"]) +
           to_text(params["arguments"]);
  });
}

Deadline ClientDriver::answer_deadline(const std::string& kind) const {
  const Millis limit = settings_.times.answer;
  const bool vain = settings_.attempts != nullptr && settings_.attempts->in_vain(kind) > 0;
  return {"answer", vain ? std::min(limit, kWatchServed) : limit};
}

void ClientDriver::await_answer(StreamId stream) {
  await_while_it_comes(stream);
  fetch_answer(stream);
  // A polite run has few connections, and needs each of them back.
  const bool has_few = settings_.pace->limits().connections > 0;
  const bool is_vain = std::ranges::count(settled_, false) >= kOftenUnsettled && !has_few;
  // No window is recorded: it is ours to wait a little, and says nothing of the server.
  const bool over =
      wait_until(mono_now() + (is_vain ? kShortSettle : kSettle.limit),
                 [&](const Timeline& timeline) { return is_over(timeline, stream); });
  const bool streams = history_.read(
      [&](const Timeline& timeline) { return timeline.exchange(stream)->is_event_stream(); });
  if (!streams) return;
  settled_.push_back(over);
  if (settled_.size() > kRemembered) settled_.pop_front();
}

void ClientDriver::await_while_it_comes(StreamId stream) {
  const auto replied = [&](const Timeline& timeline) { return is_replied(timeline, stream); };
  const std::string kind = kind_asked(stream);
  Attempt tried(kind.empty() ? nullptr : settings_.attempts, kind);
  const Deadline deadline = answer_deadline(kind);
  const Nanos limit = stretched(deadline.limit);
  const MonoTime most = std::min(mono_now() + limit * kMostDeadlines, give_up_at());
  MonoTime until = mono_now() + limit;
  const auto bytes = [&](const Timeline& timeline) { return bytes_beside(timeline, stream); };
  for (std::uint64_t come = history_.read(bytes); mono_now() < std::min(until, most);) {
    if (wait_until(std::min(mono_now() + kNothingMore, until), replied)) return tried.answered();
    const std::uint64_t now = history_.read(bytes);
    if (now != come) until = mono_now() + limit;
    come = now;
  }
  gave_up(deadline, "the answer to " + told(history_, stream));
}

void ClientDriver::await_head(StreamId stream) {
  const std::string kind = kind_asked(stream);
  Attempt tried(kind.empty() ? nullptr : settings_.attempts, kind + " head");
  await(answer_deadline(kind + " head"), "the head of the answer to " + told(history_, stream),
        [&](const Timeline& timeline) {
          return timeline.exchange(stream)->head_at || is_over(timeline, stream);
        });
  tried.answered();
}

void ClientDriver::await_event_id(StreamId stream) {
  await(answer_deadline(kind_asked(stream)),
        "an event id in the answer to " + told(history_, stream),
        [&](const Timeline& timeline) {
          const Exchange& exchange = *timeline.exchange(stream);
          return !last_id_of(exchange).empty() || exchange.final_message() != nullptr ||
                 exchange.ended();
        });
  if (last_event_id(stream).empty()) {
    decline("the server gives its events no ids, so nothing can be resumed");
  }
}

bool ClientDriver::watch_answer(StreamId stream, Millis window) {
  const bool came = watch_stream(stream, window);
  fetch_answer(stream);
  return came;
}

bool ClientDriver::watch_stream(StreamId stream, Millis window) {
  return watch({"answer_window", window}, [&](const Timeline& timeline) {
    return timeline.exchange(stream)->final_message() != nullptr || is_over(timeline, stream);
  });
}

bool ClientDriver::watch_head(StreamId stream, Millis window) {
  return watch({"head_window", window}, [&](const Timeline& timeline) {
    return timeline.exchange(stream)->head_at || is_over(timeline, stream);
  });
}

bool ClientDriver::watch_continue(StreamId stream, Millis window) {
  return watch({"continue_window", window}, [&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(stream);
    return exchange.interim_at || exchange.head_at || exchange.ended();
  });
}

bool ClientDriver::watch_end(StreamId stream, Millis window) {
  return watch({"end_window", window},
               [&](const Timeline& timeline) { return is_over(timeline, stream); });
}

std::string ClientDriver::first_event_id(StreamId stream) const {
  return history_.read(
      [&](const Timeline& timeline) { return first_id_of(*timeline.exchange(stream)); });
}

std::string ClientDriver::last_event_id(StreamId stream) const {
  return history_.read(
      [&](const Timeline& timeline) { return last_id_of(*timeline.exchange(stream)); });
}

bool ClientDriver::is_answered(StreamId stream) const {
  return history_.read([&](const Timeline& timeline) {
    return timeline.exchange(stream)->final_message() != nullptr;
  });
}

void ClientDriver::ask_afterwards(const std::string& what) {
  mark(kMarkAfterwards, what);
  watch_answer(ask_for_result({.fresh = true}), kWatchServed);
}

void ClientDriver::decline_if_small(StreamId stream) {
  constexpr std::size_t kBig = 128 << 10;  // More than the buffers of a slow reader.
  const auto [size, is_whole] = history_.read([&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(stream);
    std::size_t bytes = exchange.body.size();
    for (const StreamEvent& event : exchange.events) bytes += event.sse.data.size();
    return std::pair(bytes, exchange.end == BodyEnd::kComplete);
  });
  if (!is_whole || size >= kBig) return;
  decline(fmt::format("the tool that is named as big answered {} bytes, of {} that make it so",
                      size, kBig));
}

void ClientDriver::decline_unless_is_error(StreamId stream) {
  const bool told = history_.read([&](const Timeline& timeline) {
    const RpcMessage* const final = timeline.exchange(stream)->final_message();
    return final == nullptr || final->body["result"]["isError"].as_bool();
  });
  if (!told) decline("the tool that is named as refused brought no Result with isError");
}

void ClientDriver::decline_unless_in_flight(StreamId stream) {
  if (is_answered(stream)) decline("the slow tool is too quick for this question");
}

bool ClientDriver::is_accepted(StreamId stream) const {
  return history_.read([&](const Timeline& timeline) {
    const auto& response = timeline.exchange(stream)->response;
    return response && response->status / 100 == 2;
  });
}

bool ClientDriver::has_head(StreamId stream) const {
  return history_.read(
      [&](const Timeline& timeline) { return timeline.exchange(stream)->head_at.has_value(); });
}

bool ClientDriver::is_listening(StreamId stream) const {
  return history_.read([&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(stream);
    return exchange.response && exchange.is_event_stream() && !exchange.ended();
  });
}

bool ClientDriver::ended_late(StreamId stream) const {
  return history_.read([&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(stream);
    const auto final_at = exchange.final_at();
    return final_at && exchange.ended_at && *exchange.ended_at - *final_at >= kLate;
  });
}

Millis ClientDriver::time_of(StreamId stream) const {
  return history_.read([&](const Timeline& timeline) {
    const Exchange& exchange = *timeline.exchange(stream);
    const MonoTime until = exchange.final_at().value_or(exchange.request_at);
    return std::chrono::duration_cast<Millis>(until - exchange.request_at);
  });
}

ConnectionId ClientDriver::connection_of(StreamId stream) const {
  return history_.read(
      [&](const Timeline& timeline) { return timeline.exchange(stream)->connection; });
}

std::string ClientDriver::request_id(StreamId stream) const {
  return history_.read(
      [&](const Timeline& timeline) { return timeline.exchange(stream)->asked->id->text; });
}

void ClientDriver::stop_server() {
  mark(kMarkStop, "TERM");
  history_.append(settings_.stop());
  // What the kernel closed for it may be read a little later.
  watch_ends(kSettle.limit);
}

StreamId ClientDriver::ask_and_await(const Ask& ask) {
  const StreamId asked = ask();
  await_answer(asked);
  if (!met_end_of_connection(asked) || !can_ask()) return asked;
  asks_afresh_ = true;
  const StreamId again = ask();
  await_answer(again);
  return again;
}

void ClientDriver::ask_and_watch_ends(const std::vector<Ask>& ways) {
  std::vector<StreamId> asked;
  for (const Ask& ask : ways) {
    if (!asked.empty() && !can_ask()) break;
    asked.push_back(ask_and_await(ask));
  }
  watch_ends_of_posts(kFirstLook);
  const std::size_t first_round = asked.size();
  // Late ends are judged of no fewer than kLateStreams, of all ways together.
  const std::size_t late_each = first_round == 0 ? 0 : (kLateStreams - 1) / first_round + 1;
  for (std::size_t way = 0; way < first_round; ++way) {
    if (!is_answered(asked[way])) continue;
    const bool open = is_listening(asked[way]);
    const std::size_t wanted = open                     ? std::max(kOpenStreamsAreHarm, late_each)
                               : ended_late(asked[way]) ? late_each
                                                        : 1;
    for (std::size_t more = 1; more < wanted && can_ask(); ++more) {
      asked.push_back(ways[way]());
      await_answer(asked.back());
    }
  }
  watch_ends_of_posts(kWatchOpen);  // Leaving first would hide the fault.
}

void ClientDriver::watch_ends_of_posts(Millis window) {
  watch({"watch_ends", window}, all_ended_but([](const Exchange& e) { return !e.is_post(); }));
}

void ClientDriver::watch_ends(Millis window) {
  watch({"watch_ends", window}, all_ended_but([](const Exchange&) { return false; }));
}

}  // namespace tailrace
