// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/flow_analyzer.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "harness/flow/direction.h"
#include "harness/flow/reassembly.h"
#include "harness/flow/segment.h"

namespace tailrace {
namespace {

// Captures of several queues go backwards by microseconds: so many packets are sorted by time.
constexpr std::size_t kSorted = 64;
// A packet that a capture shows twice (the "any" device, a mirror port) comes again within this.
constexpr std::chrono::seconds kSecondCopy{1};
constexpr std::size_t kRemembered = 64;  // Segments of a connection, to know a second copy by.
constexpr std::uint32_t kTimestampOption = 12;  // Bytes of each segment that MSS leaves out.

// Enough of a payload to know a request by.
constexpr std::size_t kStart = 8;

struct Held {
  Segment segment;
  std::string payload;
};

// Everything that a second copy of the same packet shares. A retransmission has a new IP id or a
// new timestamp; of a packet with neither nobody can tell.
struct Likeness {
  RealTime at;
  std::uint32_t seq, ack, length, id, stamp;
  std::uint16_t window;
  std::uint8_t flags;
  bool from_client;
  bool same(const Likeness& o) const {
    return seq == o.seq && ack == o.ack && length == o.length && id == o.id && stamp == o.stamp &&
           window == o.window && flags == o.flags && from_client == o.from_client;
  }
};

bool starts_like_request(std::string_view payload) {
  static constexpr std::array<std::string_view, 5> kMethods = {"POST ", "GET ", "DELETE ", "PUT ",
                                                               "HEAD "};
  return std::any_of(kMethods.begin(), kMethods.end(),
                     [&](std::string_view m) { return payload.starts_with(m); });
}

// Who opened it: the sender of the SYN; in the middle of a connection the one that sends requests,
// else the higher port, since servers listen on low ones.
bool sender_is_client(const Segment& segment) {
  if (segment.syn) return !segment.ack_flag;
  if (starts_like_request(segment.payload)) return true;
  if (segment.payload.starts_with("HTTP/1.")) return false;
  return segment.source.port >= segment.destination.port;
}

class Tracked {
 public:
  Tracked(ConnectionId id, const Segment& first, std::size_t most_stalls, StreamSink* sink)
      : id_(id), sink_(sink), client_(most_stalls), server_(most_stalls) {
    const bool by_client = sender_is_client(first);
    flow_.client = by_client ? first.source : first.destination;
    flow_.server = by_client ? first.destination : first.source;
    flow_.first = first.time;
    flow_.first_frame = first.frame;
    if (sink_) sink_->on_open(id_, flow_.client, flow_.server, first.time);
  }

  RealTime last() const { return flow_.last; }

  // A new SYN on the same addresses begins another connection, unless it is the old one repeated,
  // or the answer to it was captured first.
  bool is_begun_anew_by(const Segment& segment) const {
    if (!segment.syn || segment.ack_flag) return false;
    if (flow_.syn_seen) return segment.seq != syn_seq_;
    return (segment.source == flow_.client ? client_ : server_).has_begun();
  }

  bool take(const Segment& segment) {
    const Side from = segment.source == flow_.client ? Side::kClient : Side::kServer;
    if (is_second_copy(segment, from)) return false;
    flow_.last = segment.time;
    if (segment.syn) take_syn(segment, from);
    measure_handshake(segment, from);
    Direction& sender = direction(from);
    Direction& receiver = direction(other(from));
    receiver.answered(segment, rtt_to(from));
    sender.sent(segment, rtt_to(from), rtt_to(other(from)));
    if (sink_) tell(segment, from);
    return true;
  }

  ConnectionFlow finish() {
    if (sink_) {
      client_bytes_.finish(*sink_);
      server_bytes_.finish(*sink_);
    }
    auto& left_out = flow_.stalls_left_out;
    flow_.from_client = client_.finish(Side::kClient, flow_.stalls, left_out);
    flow_.from_server = server_.finish(Side::kServer, flow_.stalls, left_out);
    flow_.holds_of_one_rtt = client_.holds_of_one_rtt() + server_.holds_of_one_rtt();
    std::sort(flow_.stalls.begin(), flow_.stalls.end(),
              [](const Stall& a, const Stall& b) { return a.release_frame < b.release_frame; });
    return std::move(flow_);
  }

 private:
  Direction& direction(Side from) { return from == Side::kClient ? client_ : server_; }

  bool is_second_copy(const Segment& segment, Side from) {
    const auto flags = static_cast<std::uint8_t>(segment.syn | segment.fin << 1 | segment.rst << 2 |
                                                 segment.ack_flag << 3 | segment.psh << 4);
    // Without a mark of its own a repeat counts as one: a retransmission taken for a copy would let
    // a loss look like a delayed ACK.
    if (segment.ip_id == 0 && !segment.ts_value) return false;
    const Likeness like{segment.time,   segment.seq,   segment.ack,
                        segment.length, segment.ip_id, segment.ts_value.value_or(0),
                        segment.window, flags,         from == Side::kClient};
    const bool again = std::any_of(recent_.begin(), recent_.end(), [&](const Likeness& known) {
      return known.same(like) && like.at - known.at <= kSecondCopy;
    });
    if (again) return true;
    if (recent_.size() == kRemembered) recent_.pop_front();
    recent_.push_back(like);
    return false;
  }

  void take_syn(const Segment& segment, Side from) {
    if (from == Side::kClient) {
      flow_.syn_seen = true;
      syn_seq_ = segment.seq;
      syn_at_ = segment.time;
    } else {
      syn_ack_at_ = segment.time;
    }
    // What a side may send is what the other offers, less the timestamps if both use them.
    const std::uint32_t options = segment.ts_value ? kTimestampOption : 0;
    if (segment.mss > options) direction(other(from)).set_mss(segment.mss - options);
    if (segment.window_scale) direction(other(from)).set_scale(*segment.window_scale);
  }

  void measure_handshake(const Segment& segment, Side from) {
    if (from == Side::kServer && segment.syn && syn_at_) {
      rtt_to_server_ = segment.time - *syn_at_;
    } else if (from == Side::kClient && !segment.syn && syn_ack_at_ && !rtt_to_client_) {
      rtt_to_client_ = segment.time - *syn_ack_at_;
    }
  }

  // The least of the handshake's and of all data's: delays only ever add to it.
  Nanos rtt_to(Side side) {
    const auto& handshake = side == Side::kClient ? rtt_to_client_ : rtt_to_server_;
    const auto data = direction(other(side)).least_ack_time();
    if (handshake && data) return std::min(*handshake, *data);
    return handshake ? *handshake : data.value_or(Nanos(0));
  }

  void tell(const Segment& segment, Side from) {
    const StreamPlace place{id_, from, segment.time, segment.frame};
    Reassembly& bytes = from == Side::kClient ? client_bytes_ : server_bytes_;
    Reassembly& acked = from == Side::kClient ? server_bytes_ : client_bytes_;
    const Direction& peer = direction(other(from));
    if (segment.ack_flag && peer.has_begun()) {
      acked.acknowledged(peer.offset_of(segment.ack), {id_, other(from), place.at, place.frame},
                         *sink_);
    }
    const std::uint32_t first = segment.syn ? segment.seq + 1 : segment.seq;
    const std::int64_t offset = direction(from).offset_of(first);
    if (segment.rst) {
      bytes.reset(place, *sink_);  // What it carries is no part of the stream.
      return;
    }
    bytes.take(segment, offset, place, *sink_);
    if (segment.fin) bytes.closed(offset + segment.length, place, *sink_);
  }

  ConnectionId id_;
  StreamSink* sink_;
  ConnectionFlow flow_;
  Direction client_, server_;
  Reassembly client_bytes_, server_bytes_;
  std::deque<Likeness> recent_;
  std::uint32_t syn_seq_ = 0;
  std::optional<RealTime> syn_at_, syn_ack_at_;
  std::optional<Nanos> rtt_to_server_, rtt_to_client_;
};

using Key = std::pair<Endpoint, Endpoint>;

Key key_of(const Segment& segment) {
  return std::minmax(segment.source, segment.destination);
}

}  // namespace

const char* name_of(Confidence confidence) {
  switch (confidence) {
    case Confidence::kLow:
      return "low";
    case Confidence::kMedium:
      return "medium";
    case Confidence::kHigh:
      return "high";
  }
  return "";
}

class FlowAnalyzer::Body {
 public:
  Body(const FlowOptions& options, StreamSink* sink) : options_(options), sink_(sink) {}

  void add(const Packet& packet) {
    ++report_.frames;
    auto segment = decode_segment(packet);
    if (!segment) return;
    ++report_.segments;
    Held held{*segment, std::string(sink_ ? segment->payload : segment->payload.substr(0, kStart))};
    const auto after =
        std::upper_bound(waiting_.begin(), waiting_.end(), held.segment.time,
                         [](RealTime at, const Held& other) { return at < other.segment.time; });
    waiting_.insert(after, std::move(held));
    if (waiting_.size() > kSorted) take_oldest();
  }

  FlowReport finish() {
    while (!waiting_.empty()) take_oldest();
    for (auto& [number, tracked] : tracked_) {
      report_.connections.push_back(tracked.finish());
    }
    return std::move(report_);
  }

 private:
  void take_oldest() {
    Held held = std::move(waiting_.front());
    waiting_.pop_front();
    held.segment.payload = held.payload;
    Tracked* tracked = find(held.segment);
    if (tracked != nullptr && !tracked->take(held.segment)) ++report_.second_copies;
  }

  Tracked* find(const Segment& segment) {
    const Key key = key_of(segment);
    if (const auto known = current_.find(key); known != current_.end()) {
      Tracked& tracked = tracked_.at(known->second);
      const bool expired = segment.time - tracked.last() > options_.idle;
      if (!expired && !tracked.is_begun_anew_by(segment)) return &tracked;
    }
    if (tracked_.size() >= options_.most_connections) {
      ++report_.connections_left_out;
      return nullptr;
    }
    const auto number = static_cast<std::uint32_t>(tracked_.size() + 1);
    current_[key] = number;
    return &tracked_.try_emplace(number, ConnectionId{number}, segment, options_.most_stalls, sink_)
                .first->second;
  }

  FlowOptions options_;
  StreamSink* sink_;
  FlowReport report_;
  std::deque<Held> waiting_;
  std::map<Key, std::uint32_t> current_;
  std::map<std::uint32_t, Tracked> tracked_;
};

FlowAnalyzer::FlowAnalyzer(const FlowOptions& options, StreamSink* sink)
    : body_(std::make_unique<Body>(options, sink)) {}
FlowAnalyzer::~FlowAnalyzer() = default;

void FlowAnalyzer::add(const Packet& packet) {
  body_->add(packet);
}

FlowReport FlowAnalyzer::finish() {
  return body_->finish();
}

}  // namespace tailrace
