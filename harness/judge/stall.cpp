// SPDX-License-Identifier: Apache-2.0
#include "harness/judge/stall.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/judge/ladder.h"

namespace tailrace {
namespace {

struct Series {
  std::size_t calls = 0;
  std::size_t connections = 0;  // With packets.
  std::vector<Nanos> took;      // Request to the end of the answer.
  std::vector<const Stall*> stalls;
  const ConnectionFlow* flow = nullptr;  // Of the connection with most stalls.
  const Connection* connection = nullptr;
  std::size_t on_one = 0;  // Stalls there.
  std::size_t calls_there = 0;
};

Nanos median(std::vector<Nanos> values) {
  if (values.empty()) return Nanos(0);
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Series series_of(const Evidence& evidence, Side holder, bool quick_ack) {
  Series series;
  for (const auto& packets : evidence.packets) {
    const Connection* connection = evidence.timeline.connection(packets.connection);
    if (connection == nullptr || packets.flow == nullptr) continue;
    if (connection->opened.quick_ack != quick_ack) continue;
    ++series.connections;
    const std::size_t calls_before = series.calls;
    for (const StreamId id : connection->streams) {
      const Exchange* exchange = evidence.timeline.exchange(id);
      if (!exchange->ended_at || exchange->end != BodyEnd::kComplete) continue;
      ++series.calls;
      series.took.push_back(*exchange->ended_at - exchange->request_at);
    }
    std::size_t here = 0;
    for (const Stall& stall : packets.flow->stalls) {
      if (stall.holder != holder || !stall.pure_ack) continue;
      series.stalls.push_back(&stall);
      ++here;
    }
    if (here >= series.on_one) {
      series.on_one = here;
      series.calls_there = series.calls - calls_before;
      series.flow = packets.flow;
      series.connection = connection;
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

Finding stalled(const Evidence& evidence, const Series& plain, const Series& control, Side holder) {
  const bool harm = plain.on_one >= kStallsAreHarm;
  Finding finding = finding_of(evidence, "no_delayed_ack_stall", Rule{}, harm ? "harm.stalls" : "");
  const std::string who = name_of(holder), peer = name_of(other(holder));
  std::vector<Nanos> waits;
  for (const Stall* stall : plain.stalls) waits.push_back(stall->ack_wait);
  finding.required = "no call waits for a delayed acknowledgement";
  finding.observed = fmt::format(
      "{} of {} calls on one reused connection waited, median {}: holder {}, delayer of the ACK "
      "{}; "
      "a call took {} and, with prompt ACKs (TCP_QUICKACK on our socket), {}",
      plain.on_one, plain.calls_there, in_millis(median(waits)), who, peer,
      in_millis(median(plain.took)), in_millis(median(control.took)));
  finding.likely_cause = fmt::format(
      "the {} writes a message in two small writes with Nagle's algorithm on: the second waits "
      "until the first is acknowledged, and the {}'s kernel delays that ACK",
      who, peer);
  finding.cure = fmt::format(
      "set TCP_NODELAY on the {}'s {}, or send head and body in one write", who,
      holder == Side::kServer ? "accepted sockets (the listener of the application or framework)"
                              : "sockets");
  const auto first =
      std::find_if(plain.flow->stalls.begin(), plain.flow->stalls.end(),
                   [&](const Stall& stall) { return stall.holder == holder && stall.pure_ack; });
  finding.evidence = packet_ladder(evidence, plain, *first);
  return finding;
}

Judgement no_packets(const Evidence& evidence) {
  const std::string why = "no packets were captured: " + evidence.why_no_packets;
  return evidence.packets_required ? inconclusive(why) : not_applicable(why);
}

Judgement judge_stalls(const Evidence& evidence, Side holder) {
  if (!evidence.why_no_packets.empty()) return no_packets(evidence);
  const Series plain = series_of(evidence, holder, false);
  const Series control = series_of(evidence, holder, true);
  if (plain.connections == 0) return inconclusive("no packet of our connections was captured");
  if (plain.calls < 2) return inconclusive("fewer than two calls were answered");
  Judgement judgement = held();
  if (!plain.stalls.empty()) {
    if (control.on_one >= kStallsAreHarm) {
      return inconclusive("data was held in the control series too, where no ACK was delayed");
    }
    judgement.findings.push_back(stalled(evidence, plain, control, holder));
    if (plain.on_one >= kStallsAreHarm) judgement.outcome = Outcome::kBroken;
  } else if (evidence.capture_lost_packets) {
    return inconclusive("the capture lost packets, so a stall may have been missed");
  }
  judgement.measurements = {{"calls", fmt::format("{}", plain.calls)},
                            {"stalls", fmt::format("{}", plain.stalls.size())},
                            {"median_call", in_millis(median(plain.took))},
                            {"connections", fmt::format("{}", plain.connections)}};
  if (control.calls > 0) {
    judgement.measurements.push_back({"median_call_quick_ack", in_millis(median(control.took))});
    judgement.measurements.push_back(
        {"stalls_quick_ack", fmt::format("{}", control.stalls.size())});
  }
  return judgement;
}

}  // namespace

Check no_delayed_ack_stall(Side holder) {
  return {"no_delayed_ack_stall",
          [=](const Evidence& evidence) { return judge_stalls(evidence, holder); }};
}

}  // namespace tailrace
