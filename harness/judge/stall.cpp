// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/stall.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/ladder.h"
#include "harness/judge/stall_proofs.h"

namespace tailrace {
namespace {

struct Series {
  std::size_t connections = 0;  // With packets, where any are captured.
  std::vector<Nanos> took;      // Request to the end of the answer.
  std::size_t on_used = 0;      // Of them those that were not the first of their connection.
  std::vector<const Stall*> stalls;
  const ConnectionFlow* flow = nullptr;  // Of the connection with most stalls.
  const Connection* connection = nullptr;
  std::size_t on_one = 0;  // Stalls there.
  std::size_t calls_there = 0;
  std::size_t cured = 0;  // Stalls with the cure in place.
  CureProof cure;         // There
  QueueProof queue;
};

// Runs are made on Linux, whose delayed ACK waits 40 ms at the least (TCP_DELACK_MIN, HZ/25). What
// comes earlier waited for a thread that was not running, as its data may have done.
constexpr Nanos kLeastDelay = Millis(20);
constexpr std::size_t kFewestOfAll = 2;  // One alone may be an accident.

bool by_holder(const Stall& stall, Side holder) {
  return stall.holder == holder && stall.pure_ack && stall.ack_wait >= kLeastDelay;
}

// Where the bytes of what was asked with the cure in place begin.
std::uint64_t cured_from(const Evidence& evidence, const Connection& connection, Side holder,
                         const CureProof& cure) {
  for (const StreamId id : connection.streams) {
    const Exchange* exchange = evidence.timeline.exchange(id);
    if (exchange->request_at < cure.at) continue;
    const Span span = holder == Side::kServer ? exchange->response_span : exchange->request_span;
    return span.begin;
  }
  return UINT64_MAX;
}

void add_connection(const Evidence& evidence, const ConnectionPackets& packets, Side holder,
                    Series& series) {
  const Connection& connection = *evidence.timeline.connection(packets.connection);
  ++series.connections;
  const CureProof cure = cure_on(evidence, connection);
  const auto took = times_of(evidence, connection, MonoTime{Nanos(0)}, cure.at);
  series.took.insert(series.took.end(), took.begin(), took.end());
  series.on_used += took.empty() ? 0 : took.size() - 1;
  const QueueProof queue = queue_on(evidence, connection);
  const std::uint64_t cured = cured_from(evidence, connection, holder, cure);
  std::size_t here = 0;
  if (packets.flow != nullptr) {
    for (const Stall& stall : packets.flow->stalls) {
      if (!by_holder(stall, holder)) continue;
      if (stall.waiting_offset >= cured) {
        ++series.cured;
        continue;
      }
      series.stalls.push_back(&stall);
      ++here;
    }
  }
  if (here < series.on_one || (here == 0 && queue.held < series.queue.held)) return;
  series.on_one = here;
  series.calls_there = took.size();
  series.flow = packets.flow;
  series.connection = &connection;
  series.cure = cure;
  series.queue = queue;
}

// Of the connections where an ACK may be delayed, or of those where none is.
Series series_of(const Evidence& evidence, Side holder, bool quick_ack) {
  Series series;
  if (!evidence.why_no_packets.empty()) {
    for (const Connection& connection : evidence.timeline.connections) {
      if (connection.opened.quick_ack != quick_ack) continue;
      add_connection(evidence, {connection.id, nullptr}, holder, series);
    }
  }
  for (const auto& packets : evidence.packets) {
    const Connection* connection = evidence.timeline.connection(packets.connection);
    if (connection == nullptr || packets.flow == nullptr) continue;
    if (connection->opened.quick_ack == quick_ack) {
      add_connection(evidence, packets, holder, series);
    }
  }
  return series;
}

// The exchange whose bytes the waiting segment belongs to, for the ladder.
const Exchange* exchange_at(const Evidence& evidence, const Connection& connection, Side holder,
                            std::uint64_t offset) {
  for (const StreamId id : connection.streams) {
    const Exchange* exchange = evidence.timeline.exchange(id);
    const Span span = holder == Side::kServer ? exchange->response_span : exchange->request_span;
    if (offset >= span.begin && offset < span.end) return exchange;
  }
  return nullptr;
}

std::vector<EvidenceLine> packet_ladder(const Evidence& evidence, const Series& series,
                                        const Stall& stall) {
  // Packet times are relative to the connection's first packet; the frame numbers are the proof.
  const auto since = [&](RealTime at) { return at - series.flow->first; };
  const std::string holder = name_of(stall.holder), delayer = name_of(stall.ack_delayer);
  const Exchange* exchange =
      exchange_at(evidence, *series.connection, stall.holder, stall.waiting_offset);
  std::vector<EvidenceLine> lines;
  lines.push_back({since(stall.waiting_at), holder,
                   fmt::format("frame {}: {} bytes, smaller than the MSS of {}{}",
                               stall.waiting_frame.value, stall.waiting_length, stall.mss,
                               exchange == nullptr ? "" : ", of " + describe(*exchange)),
                   false});
  lines.push_back({since(stall.waiting_at), "harness",
                   fmt::format("{} nothing: the {} holds its next data until this is acknowledged",
                               in_millis(stall.ack_wait), holder),
                   true});
  lines.push_back({since(stall.ack_at), delayer,
                   fmt::format("frame {}: the delayed ACK, without data", stall.ack_frame.value),
                   false});
  lines.push_back(
      {since(stall.release_at), holder,
       fmt::format("frame {}: {} bytes, {} us after that ACK", stall.release_frame.value,
                   stall.release_length, stall.release_gap.count() / 1000),
       false});
  return lines;
}

// What of the proofs was had, strongest first, and what was not.
std::vector<std::string> proofs_of(const Series& plain, const Series& control) {
  std::vector<std::string> proofs;
  if (!plain.stalls.empty()) proofs.emplace_back("packets");
  if (control.on_one == 0 && !control.took.empty()) proofs.emplace_back("prompt ACKs");
  if (plain.cure.helped()) proofs.emplace_back("cure in place");
  if (plain.queue.held > 0) proofs.emplace_back("send queue");
  return proofs;
}

// Where the response is there at once, and only the end of its stream is held: how late each came.
struct EndAlone {
  Nanos response{0}, end{0};  // Medians
};
std::optional<EndAlone> end_alone(const Evidence& evidence, const Series& plain) {
  std::vector<Nanos> responses, ends;
  for (const StreamId id : plain.connection->streams) {
    const Exchange& exchange = *evidence.timeline.exchange(id);
    const auto final_at = exchange.final_at();
    if (!final_at || !exchange.ended_at || exchange.request_at >= plain.cure.at) continue;
    responses.push_back(*final_at - exchange.request_at);
    ends.push_back(*exchange.ended_at - *final_at);
  }
  const EndAlone alone{median_of(responses), median_of(ends)};
  if (alone.end < kLeastDelay || alone.response >= kLeastDelay) return std::nullopt;
  return alone;
}

std::string wait_words(const Series& plain) {
  if (plain.stalls.empty()) {
    return fmt::format("{} of {} calls on one reused connection waited", plain.queue.held,
                       plain.calls_there);
  }
  std::vector<Nanos> waits;
  for (const Stall* stall : plain.stalls) waits.push_back(stall->ack_wait);
  if (plain.calls_there == 0) {
    return fmt::format("{} writes on one listening stream waited, median {}", plain.on_one,
                       in_millis(median_of(waits)));
  }
  return fmt::format("{} of {} calls on one reused connection waited, median {}", plain.on_one,
                     plain.calls_there, in_millis(median_of(waits)));
}

Finding stalled(const Evidence& evidence, const Series& plain, const Series& control, Side holder,
                bool harm) {
  Finding finding = finding_of(evidence, "no_delayed_ack_stall", Rule{}, harm ? "harm.stalls" : "");
  const std::string who = name_of(holder), peer = name_of(other(holder));
  finding.required = "no call waits for a delayed acknowledgement";
  const auto alone = end_alone(evidence, plain);
  std::string took = "a call took " + in_millis(median_of(plain.took));
  if (alone) {
    took = fmt::format("the response came after {}, the end of its stream {} later; up to that it "
                       "took {}",
                       in_millis(alone->response), in_millis(alone->end),
                       in_millis(median_of(plain.took)));
  }
  finding.observed = fmt::format("{}: holder {}, delayer of the ACK {}; {}", wait_words(plain),
                                 who, peer, took);
  if (!control.took.empty()) {
    finding.observed += fmt::format(", {} with prompt ACKs", in_millis(median_of(control.took)));
  }
  if (plain.cure.helped()) {
    finding.observed +=
        fmt::format(", {} with TCP_NODELAY set from outside", in_millis(plain.cure.after));
  }
  finding.likely_cause = fmt::format(
      "the {} writes {} with Nagle's algorithm on: the second waits until the first is "
      "acknowledged, and the {}'s kernel delays that ACK",
      who,
      alone ? "the last event and the end of its stream apart" : "a message in two small writes",
      peer);
  finding.cure = fmt::format(
      "set TCP_NODELAY on the {}'s {}, or send {} in one write", who,
      holder == Side::kServer ? "accepted sockets (the listener of the application or framework)"
                              : "sockets",
      alone ? "the last event and the end of its stream" : "head and body");
  if (holder == Side::kServer) {
    finding.observed +=
        fmt::format("; proofs: {}", fmt::join(proofs_of(plain, control), ", "));
  }
  if (plain.flow == nullptr) return finding;
  const auto first =
      std::find_if(plain.flow->stalls.begin(), plain.flow->stalls.end(),
                   [&](const Stall& stall) { return by_holder(stall, holder); });
  finding.evidence = packet_ladder(evidence, plain, *first);
  return finding;
}

// Of the listening streams, which carry no answers.
std::size_t listened_events(const Timeline& timeline) {
  std::size_t events = 0;
  for (const Exchange& exchange : timeline.exchanges) {
    if (exchange.request.method == "GET") events += exchange.events.size();
  }
  return events;
}

// The further proofs are of a server's sockets.
std::vector<Measurement> measurements_of(const Series& plain, const Series& control,
                                         Side holder) {
  std::vector<Measurement> list = {{"calls", fmt::format("{}", plain.took.size())},
                                   {"stalls", fmt::format("{}", plain.stalls.size())},
                                   {"median_call", in_millis(median_of(plain.took))},
                                   {"connections", fmt::format("{}", plain.connections)}};
  if (!control.took.empty()) {
    list.push_back({"median_call_quick_ack", in_millis(median_of(control.took))});
    list.push_back({"stalls_quick_ack", fmt::format("{}", control.stalls.size())});
  }
  if (plain.cure.calls > 0) list.push_back({"median_call_cured", in_millis(plain.cure.after)});
  if (plain.queue.watched > 0) {
    list.push_back({"send_queue_held",
                    fmt::format("{} of {}", plain.queue.held, plain.queue.watched)});
  }
  if (!plain.stalls.empty() || plain.queue.held > 0) {
    list.push_back({"proofs", fmt::format("{}", fmt::join(proofs_of(plain, control), ", "))});
    if (holder == Side::kServer) {
      list.push_back({"cure_in_place", plain.cure.words()});
      list.push_back({"send_queue", plain.queue.words()});
    }
  }
  return list;
}

// Without packets only what the server's kernel held, call after call, convicts.
Judgement judge_without_packets(const Evidence& evidence, Side holder) {
  const std::string why = "no packets were captured: " + evidence.why_no_packets;
  const Series plain = series_of(evidence, holder, false);
  const Series control = series_of(evidence, holder, true);
  Judgement judgement = evidence.packets_required ? inconclusive(why) : not_applicable(why);
  // Our own thread may have been late to ask for prompt ACKs, but not as a rule.
  const bool prompt = !control.took.empty() && control.queue.held * 2 <= plain.queue.held;
  if (holder == Side::kServer && plain.queue.held >= kStallsAreHarm && prompt) {
    judgement = broken(stalled(evidence, plain, control, holder, true));
  }
  if (!plain.took.empty()) judgement.measurements = measurements_of(plain, control, holder);
  return judgement;
}

// Nearly every call waited, and with prompt ACKs nearly as long: what was held came shortly before
// the delayed ACK did, since the server thought until then. Less than half of the least timer.
bool thinks_meanwhile(const Series& plain, const Series& control) {
  constexpr Millis kLittle{20};
  if (plain.on_one * 2 <= plain.calls_there || control.took.empty()) return false;
  // A busy machine is slow in either.
  Nanos quick = median_of(control.took);
  if (plain.cure.helped()) quick = std::min(quick, plain.cure.after);
  return control.stalls.empty() && median_of(plain.took) - quick < kLittle;
}

// The send queue of the server's end was looked at, and held nothing whenever a call was slow.
bool was_never_held(const Series& plain) {
  return plain.queue.watched >= plain.on_one && plain.queue.held == 0;
}

// Some calls of a server that thinks for about as long as ACKs are delayed end close behind one.
// What is held behind another leg is so nearly each time.
bool is_by_chance(const Series& plain) {
  return was_never_held(plain) && plain.on_one >= kStallsAreHarm &&
         plain.on_one * 2 <= plain.calls_there;
}

// Why the proofs cannot all be true: then we failed to see. Stalls of the control series are no
// contradiction: where our own thread was too late to ask for it, its ACK was delayed as well, and
// packets show that it was.
std::string contradiction(const Series& plain) {
  const bool stalls = !plain.stalls.empty();
  if (stalls && plain.cured >= kStallsAreHarm && plain.cure.stayed.value_or(false)) {
    return "data was held with TCP_NODELAY set too";
  }
  if (plain.on_one >= kStallsAreHarm && was_never_held(plain) && !is_by_chance(plain)) {
    return "the packets look like a stall, and the send queue of the server's end of this "
           "connection held nothing: what came late reached that socket late. The hold is on "
           "another leg, such as that of a proxy to the server behind it: ask that server directly";
  }
  if (!stalls && plain.queue.held >= kStallsAreHarm) {
    return "the server's send queue held data, and packets show no stall";
  }
  return "";
}

// A client that takes new connections now and then shows few stalls on each, however its requests
// are written: a server's are seen on a connection of ours that carries twenty. One in four may
// have been spared: a client that had to wait for the processor between its writes held nothing.
bool most_that_could_waited(const Series& plain, Side holder) {
  return holder == Side::kClient && plain.on_used >= kFewestOfAll &&
         plain.stalls.size() * 4 >= plain.on_used * 3;
}

Judgement judge_stalls(const Evidence& evidence, Side holder) {
  if (!evidence.why_no_packets.empty()) return judge_without_packets(evidence, holder);
  const Series plain = series_of(evidence, holder, false);
  const Series control = series_of(evidence, holder, true);
  if (plain.connections == 0) return inconclusive("no packet of our connections was captured");
  if (plain.took.size() < 2) return inconclusive("fewer than two calls were answered");
  if (const std::string why = contradiction(plain); !why.empty()) {
    return inconclusive(why);
  }
  Judgement judgement = held();
  if (!plain.stalls.empty() && !is_by_chance(plain)) {
    const bool thinks = thinks_meanwhile(plain, control);
    const bool harm = plain.on_one >= kStallsAreHarm && !thinks;
    judgement.findings.push_back(stalled(evidence, plain, control, holder, harm));
    if (thinks) {
      judgement.findings.back().observed += "; so what was held came late by itself, and the hold "
                                            "is short: it is there for answers that are quick";
    }
    if (!harm && most_that_could_waited(plain, holder)) {
      judgement.findings.back().level = Level::kShould;
      judgement.findings.back().observed += fmt::format(
          "; of {} requests that could wait {} did", plain.on_used, plain.stalls.size());
      judgement.outcome = Outcome::kBroken;
    }
    if (harm) judgement.outcome = Outcome::kBroken;
  } else if (evidence.capture_lost_packets) {
    return inconclusive("the capture lost packets, so a stall may have been missed");
  } else if (plain.on_used == 0) {
    return not_applicable("no connection carried a second call, and ACKs of a first are prompt");
  }
  judgement.measurements = measurements_of(plain, control, holder);
  if (const std::size_t events = listened_events(evidence.timeline); events > 0) {
    judgement.measurements.push_back({"events_on_listening_streams", fmt::format("{}", events)});
  }
  return judgement;
}

}  // namespace

Check no_delayed_ack_stall(Side holder) {
  return {"no_delayed_ack_stall",
          [=](const Evidence& evidence) { return judge_stalls(evidence, holder); }};
}

}  // namespace tailrace
