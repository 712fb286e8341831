// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/reuse.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/ladder.h"
#include "harness/judge/session.h"
#include "harness/wire/escape.h"
#include "harness/wire/http_rules.h"

namespace tailrace {
namespace {

constexpr std::string_view kIdleTimeout = ": 408";
constexpr std::size_t kStrayExcerpt = 120;
// One may be a race with a server that ends idle connections; so many are not, on connections that
// had been idle for longer than an end that follows a response at once takes to be seen.
constexpr std::size_t kFewestDropped = 3;
constexpr Millis kEndIsSeen{10};
constexpr Millis kIdleEnds{1000};  // From here on the server may have ended an idle one just then.
constexpr Millis kOtherPause{8};  // By so much pauses differ that no one timer fits.
constexpr std::size_t kOneIn = 10;  // Of the requests on kept connections: fewer are mishaps.
constexpr std::size_t kFewestCalls = 50;  // A quarter of them are more than a pool keeps idle.
constexpr std::size_t kMostKept = 15;      // Idle, of calls made one after the other.

const Exchange* last_complete(const Timeline& timeline, const Connection& connection) {
  const Exchange* last = timeline.last_on(connection.id);
  return last != nullptr && last->end == BodyEnd::kComplete ? last : nullptr;
}

// Shutting down: the client asked for nothing more after it, and its process ended or was ending.
bool is_shutting_down(const Timeline& timeline, MonoTime at) {
  return std::none_of(timeline.exchanges.begin(), timeline.exchanges.end(),
                      [&](const Exchange& e) { return e.request_at > at; });
}

Judgement judge_resets(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  std::size_t complete = 0, reset = 0;
  const Connection* first = nullptr;
  for (const Connection& connection : timeline.connections) {
    const Exchange* last = last_complete(timeline, connection);
    if (last == nullptr) continue;
    ++complete;
    const auto& end = connection.peer_ended;
    if (!end || end->how != Ending::kReset || end->at - *last->ended_at < kDelivered) continue;
    if (is_shutting_down(timeline, end->at)) continue;
    ++reset;
    if (first == nullptr) first = &connection;
  }
  if (complete == 0) return inconclusive("no response was read to its end");
  if (first == nullptr) return held();
  const Exchange& last = *last_complete(timeline, *first);
  Finding finding = finding_of(evidence, "does_not_reset_after_body", rule);
  if (finding.requirements.empty()) finding.level = Level::kShould;  // A field regression.
  finding.required = "a connection whose response was read to its end is kept or closed in order";
  finding.observed = fmt::format(
      "the client reset {} of {} connections; first {} after the end of the body had been sent",
      reset, complete, in_millis(first->peer_ended->at - *last.ended_at));
  finding.likely_cause = "the body is dropped before its end is read, and the socket with it";
  finding.cure = "read the body to its end (bounded), then return the connection to the pool";
  finding.evidence = ladder_of(timeline, last);
  mark_gap(finding.evidence, "RST");
  return broken(finding);
}

// Its response ended before the next request came, or so soon after that the two may have met.
bool was_finished(const Exchange& before, const Exchange& next) {
  if (!before.ended() || before.end == BodyEnd::kMalformed) return false;
  return before.end == BodyEnd::kUnseen || *before.ended_at <= next.request_at + kDelivered;
}

Judgement judge_unfinished(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  std::size_t left = 0, reused = 0;
  const Exchange *first = nullptr, *before = nullptr;
  for (const Connection& connection : timeline.connections) {
    for (std::size_t i = 0; i < connection.streams.size(); ++i) {
      const Exchange& own = *timeline.exchange(connection.streams[i]);
      const bool last = i + 1 == connection.streams.size();
      left += last && own.response && own.end != BodyEnd::kComplete;
      if (last) continue;
      const Exchange& next = *timeline.exchange(connection.streams[i + 1]);
      if (was_finished(own, next)) continue;
      ++reused;
      if (first != nullptr) continue;
      before = &own;
      first = &next;
    }
  }
  if (first == nullptr) {
    return left > 0 ? held() : not_applicable("the client let every response come to its end");
  }
  Finding finding = finding_of(evidence, "takes_no_unfinished_connection", Rule{});
  finding.level = Level::kShould;  // RFC 9112 has it as one; no row of MCP does.
  finding.required = "a request goes on a connection whose last response has ended, or on another";
  finding.observed =
      fmt::format("{} requests came on connections with an unfinished response; first {} after {}",
                  reused, describe(*first), describe(*before));
  finding.likely_cause = "the connection goes back to the pool when its call is over, not its body";
  finding.cure = "read the body to its end, or close the connection";
  finding.evidence = ladder_of(timeline, *before, *first);
  return broken(finding);
}

// Bytes that answer no request. A server may tell an idle client 408 before it closes
// (RFC 9110, section 15.5.9).
const At<std::string>* stray_bytes(const Connection& connection) {
  const auto stray = std::find_if(
      connection.malformed.begin(), connection.malformed.end(), [](const auto& trouble) {
        return trouble.what.starts_with("response: ") ||
               (trouble.what.starts_with(kNoRequest) && !trouble.what.ends_with(kIdleTimeout));
      });
  return stray == connection.malformed.end() ? nullptr : &*stray;
}

// The last response that was complete by then: stray bytes may come when the next request is
// already under way, which they then spoil.
const Exchange* complete_before(const Timeline& timeline, ConnectionId connection, MonoTime at) {
  const Exchange* last = nullptr;
  for (const Exchange& exchange : timeline.exchanges) {
    if (exchange.connection != connection || exchange.end != BodyEnd::kComplete) continue;
    if (*exchange.ended_at <= at) last = &exchange;
  }
  return last;
}

std::optional<Finding> stray_after_body(const Evidence& evidence, Rule rule) {
  for (const Connection& connection : evidence.timeline.connections) {
    const At<std::string>* stray = stray_bytes(connection);
    if (stray == nullptr) continue;
    const Exchange* last = complete_before(evidence.timeline, connection.id, stray->at);
    if (last == nullptr) continue;
    Finding finding = finding_of(evidence, "connection_carries_next_request", rule);
    finding.required = "a connection carries responses and nothing else";
    finding.observed = fmt::format("bytes came after the end of {}: {}", describe(*last),
                                   excerpt(stray->what, kStrayExcerpt));
    finding.likely_cause = "more is sent than the length of the body that was announced";
    finding.cure = "send the bytes that are announced, and nothing after them";
    finding.evidence = ladder_of(evidence.timeline, *last);
    finding.evidence.push_back(gap_line(evidence.timeline, stray->at, "bytes of no response"));
    return finding;
  }
  return std::nullopt;
}

// The connection was kept, and ended by the server when a request came, without a byte.
struct Dropped {
  std::vector<const Exchange*> requests;
  Nanos least_idle = Nanos::max(), most_idle{0};
};

Dropped dropped(const Timeline& timeline) {
  Dropped dropped;
  for (const Exchange& exchange : timeline.exchanges) {
    const bool ended = exchange.end == BodyEnd::kReset || exchange.end == BodyEnd::kCut;
    if (exchange.index == 0 || exchange.first_byte_at || !ended) continue;
    const Connection& connection = *timeline.connection(exchange.connection);
    const Exchange& before = *timeline.exchange(connection.streams[exchange.index - 1]);
    if (!before.ended_at) continue;
    const Nanos idle = exchange.request_at - *before.ended_at;
    if (idle < kEndIsSeen || idle >= kIdleEnds) continue;
    dropped.requests.push_back(&exchange);
    dropped.least_idle = std::min(dropped.least_idle, idle);
    dropped.most_idle = std::max(dropped.most_idle, idle);
  }
  return dropped;
}

std::optional<Finding> drops_requests(const Evidence& evidence) {
  const auto [lost, least_idle, most_idle] = dropped(evidence.timeline);
  // After one pause alone, it may be the server's timer that ran out then.
  if (most_idle - least_idle < kOtherPause) return std::nullopt;
  const auto kept = static_cast<std::size_t>(std::ranges::count_if(
      evidence.timeline.exchanges, [](const Exchange& exchange) { return exchange.index > 0; }));
  if (lost.size() < kFewestDropped || lost.size() * kOneIn < kept) return std::nullopt;
  const Exchange& first = *lost.front();
  const char* how = first.end == BodyEnd::kReset ? "RST" : "FIN";
  Finding finding =
      finding_of(evidence, "connection_carries_next_request", Rule{}, "harm.answer_lost");
  finding.required = "a request on a connection that the server kept open is answered";
  finding.observed = fmt::format(
      "{} requests on connections kept for {} and more got no byte of an answer; first {}, {} {} "
      "after it was sent",
      lost.size(), in_millis(kEndIsSeen), describe(first), how,
      in_millis(*first.ended_at - first.request_at));
  finding.likely_cause = "the connection is dropped when its second request is read";
  finding.cure = "answer it, or say Connection: close in the last response and end it then";
  finding.evidence = ladder_of(evidence.timeline, first);
  mark_gap(finding.evidence, how);
  return finding;
}

// By the id of another request of ours. A refusal may have null for its id, or an invented one.
bool answers_another(const Timeline& timeline, const Exchange& exchange) {
  const RpcMessage* final = exchange.final_message();
  if (final == nullptr || !exchange.asked || !exchange.asked->id || !final->id) return false;
  if (final->id == exchange.asked->id) return false;
  return std::ranges::any_of(timeline.exchanges, [&](const Exchange& other) {
    return is_request(other) && other.asked->id == final->id;
  });
}

Judgement judge_next_request(const Evidence& evidence, Rule rule) {
  const Timeline& timeline = evidence.timeline;
  if (auto stray = stray_after_body(evidence, rule)) return broken(*std::move(stray));
  if (auto drops = drops_requests(evidence)) return broken(*std::move(drops));
  std::size_t reused = 0, completed = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    completed += exchange.end == BodyEnd::kComplete;
    if (exchange.index == 0 || !exchange.first_byte_at) continue;  // New, or a stale-race.
    ++reused;
    const bool garbled = !exchange.malformed.empty();
    const bool wrong = answers_another(timeline, exchange);
    if (!garbled && !wrong) continue;
    Finding finding = finding_of(evidence, "connection_carries_next_request", rule,
                                 wrong ? "harm.answer_to_wrong_caller" : "harm.answer_lost");
    finding.required = "after a finished body the connection carries the next request";
    finding.observed = garbled ? fmt::format("{} on a reused connection: {}", describe(exchange),
                                             exchange.malformed.front())
                               : fmt::format("{} on a reused connection got {}", describe(exchange),
                                             describe(*exchange.final_message()));
    finding.likely_cause = "state of the previous exchange is kept with the connection";
    finding.cure = "reset the connection's per-request state when a response is done";
    finding.evidence = ladder_of(timeline, exchange);
    return broken(finding);
  }
  if (completed == 0) return inconclusive("no response was read to its end");
  if (reused == 0) return not_applicable("the server ends its connections after each response");
  Judgement judgement = held();
  judgement.measurements.push_back({"requests_on_reused_connections", fmt::format("{}", reused)});
  return judgement;
}

// Open then, with all that was asked on it answered to the end.
bool is_idle(const Timeline& timeline, const Connection& connection, MonoTime at) {
  const auto is_over = [&](const auto& end) { return end && end->at <= at; };
  if (connection.streams.empty() || is_over(connection.peer_ended)) return false;
  if (is_over(connection.we_ended)) return false;
  // A client that says `close` may wait for us to close it (RFC 9112, 9.6).
  if (!timeline.exchange(connection.streams.back())->request.keeps_alive()) return false;
  return std::ranges::all_of(connection.streams, [&](StreamId id) {
    const Exchange& exchange = *timeline.exchange(id);
    return exchange.end == BodyEnd::kComplete && *exchange.ended_at <= at;
  });
}

struct Pile {
  const Exchange* last = nullptr;  // Call
  std::size_t calls = 0, idle = 0;
  bool is_high() const { return idle >= kMostKept && idle * 4 >= calls; }
};

// When the last call was answered, or is to be.
Pile pile_of(const Timeline& timeline) {
  Pile pile;
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method != "tools/call") continue;
    ++pile.calls;
    pile.last = &exchange;
  }
  if (pile.last == nullptr) return pile;
  const MonoTime at = pile.last->head_at.value_or(*timeline.last);
  pile.idle = static_cast<std::size_t>(std::ranges::count_if(
      timeline.connections, [&](const Connection& c) { return is_idle(timeline, c, at); }));
  return pile;
}

Judgement judge_pile(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  const Pile pile = pile_of(timeline);
  const auto& [last, calls, idle] = pile;
  if (calls < kFewestCalls) {
    const std::string made = fmt::format("the client made {} calls", calls);
    const bool gave_up = last != nullptr && is_refused(*last);
    return gave_up ? not_applicable(made + ", and none after a refusal") : inconclusive(made);
  }
  Judgement judgement = held();
  if (pile.is_high()) {
    Finding finding =
        finding_of(evidence, "connections_do_not_pile_up", Rule{}, "harm.sockets_grow");
    finding.required = "the connection of a finished call is used again or closed";
    finding.observed = fmt::format(
        "at call {} the client had {} connections open whose responses had come to their end",
        calls, idle);
    finding.likely_cause = "the response is kept and never closed, or each call has its own client";
    finding.cure = "close the response, or read its body to the end, when the call returns";
    finding.evidence = ladder_of(timeline, *last);
    judgement = broken(finding);
  }
  judgement.measurements = {{"calls", fmt::format("{}", calls)},
                            {"idle_connections", fmt::format("{}", idle)}};
  return judgement;
}

std::string ended_by(const Connection& connection) {
  const auto& peer = connection.peer_ended;
  const auto& we = connection.we_ended;
  if (peer && (!we || peer->at < we->at)) {
    return peer->how == Ending::kReset ? "client by RST" : "client by FIN";
  }
  return we ? "server" : "nobody";
}

Judgement measure_connections(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  std::size_t carried = 0, empty = 0, posts = 0, reset = 0, most = 0;
  for (const Connection& connection : timeline.connections) {
    ++(connection.streams.empty() ? empty : carried);
    most = std::max(most, connection.streams.size());
    reset += ended_by(connection) == "client by RST";
  }
  for (const Exchange& exchange : timeline.exchanges) {
    posts += exchange.asked && exchange.asked->method == "tools/call";
  }
  if (posts == 0) return inconclusive("the client made no call");
  Judgement judgement = held();
  judgement.measurements = {{"calls", fmt::format("{}", posts)},
                            {"connections_used", fmt::format("{}", carried)},
                            {"connections_without_request", fmt::format("{}", empty)},
                            {"most_requests_on_one", fmt::format("{}", most)},
                            {"connections_reset_by_client", fmt::format("{}", reset)}};
  return judgement;
}

// The next call's connection tells whether the last one was kept; its end tells who gave up.
std::string patience_of(const Timeline& timeline, const Exchange& exchange) {
  const Connection& connection = *timeline.connection(exchange.connection);
  const auto next = exchange.index + 1 < connection.streams.size();
  if (next) return "kept the connection";
  const MonoTime from = exchange.final_at().value_or(exchange.request_at);
  const auto& left = connection.peer_ended;
  if (!left) return "left the connection alone";
  return fmt::format("{} after {}", left->how == Ending::kReset ? "reset it" : "closed it",
                     in_millis(left->at - from));
}

Judgement measure_patience(const Evidence& evidence) {
  const Timeline& timeline = evidence.timeline;
  Judgement judgement = held();
  auto mark = timeline.marks.begin();
  for (const Exchange& exchange : timeline.exchanges) {
    if (!exchange.asked || exchange.asked->method != "tools/call") continue;
    mark = std::find_if(mark, timeline.marks.end(), [&](const auto& m) {
      return m.what.name == kMarkTerminator && m.at > exchange.request_at;
    });
    if (mark == timeline.marks.end()) break;
    judgement.measurements.push_back(
        {"terminator_" + mark->what.value, patience_of(timeline, exchange)});
    ++mark;
  }
  if (judgement.measurements.empty()) return inconclusive("the client made no call");
  return judgement;
}

}  // namespace

Check does_not_reset_after_body(Rule rule) {
  return {"does_not_reset_after_body",
          [=](const Evidence& evidence) { return judge_resets(evidence, rule); }};
}

Check takes_no_unfinished_connection() {
  return {"takes_no_unfinished_connection", judge_unfinished};
}

Check connection_carries_next_request(Rule rule) {
  return {"connection_carries_next_request",
          [=](const Evidence& evidence) { return judge_next_request(evidence, rule); }};
}

bool connections_pile_up(const Timeline& timeline) {
  return pile_of(timeline).idle * 2 >= kMostKept;
}

Check connections_do_not_pile_up() {
  return {"connections_do_not_pile_up", judge_pile};
}

Check measures_connections() {
  return {"measures_connections", measure_connections};
}

Check measures_patience() {
  return {"measures_patience", measure_patience};
}

}  // namespace tailrace
