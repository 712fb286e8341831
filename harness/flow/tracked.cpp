// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/tracked.h"

#include <algorithm>
#include <array>

#include "harness/flow/hashed_pointers.h"

namespace tailrace {
namespace {

// A packet that a capture shows twice (the "any" device, a mirror port) comes again within this.
constexpr std::chrono::seconds kSecondCopy{1};
constexpr std::chrono::microseconds kMicrosecond{1};
constexpr std::uint32_t kTimestampOption = 12;  // Bytes of each segment that MSS leaves out.

bool starts_like_request(std::string_view payload) {
  static constexpr std::array<std::string_view, 5> kMethods = {"POST ", "GET ", "DELETE ", "PUT ",
                                                               "HEAD "};
  return std::any_of(kMethods.begin(), kMethods.end(),
                     [&](std::string_view m) { return payload.starts_with(m); });
}

// Who opened it: the sender of the SYN; else as the user tells; in the middle of a connection the
// one that sends requests, else the higher port, since servers listen on low ones.
bool sender_is_client(const Segment& segment, const std::optional<Endpoint>& server) {
  if (segment.syn) return !segment.ack_flag;
  if (server && (segment.source == *server || segment.destination == *server)) {
    return segment.destination == *server;
  }
  if (starts_like_request(segment.payload)) return true;
  if (segment.payload.starts_with("HTTP/1.")) return false;
  return segment.source.port >= segment.destination.port;
}

std::uint64_t likeness_of(const Segment& segment, Side from) {
  const unsigned flags = segment.syn | segment.fin << 1 | segment.rst << 2 |
                         segment.ack_flag << 3 | segment.psh << 4 | (from == Side::kClient) << 5;
  std::uint64_t words = mixed(std::uint64_t{segment.seq} << 32 | segment.ack);
  words = mixed(words + (std::uint64_t{segment.ip_id} << 32 | segment.ts_value.value_or(0)));
  return mixed(words + (std::uint64_t{segment.length} << 32 | segment.window << 8 | flags));
}

std::uint16_t mark_of(std::uint64_t likeness) {
  return static_cast<std::uint16_t>(likeness >> 48);
}

}  // namespace

Tracked::Tracked(ConnectionId id, const Segment& first, const TrackedOptions& options,
                 StreamSink* sink, FlowObserver* observer)
    : id_(id),
      sink_(sink),
      observer_(observer),
      client_(options.most_stalls),
      server_(options.most_stalls) {
  const bool by_client = sender_is_client(first, options.server);
  flow_.client = by_client ? first.source : first.destination;
  flow_.server = by_client ? first.destination : first.source;
  flow_.first = first.time;
  flow_.first_frame = first.frame;
  if (sink_) sink_->on_open(id_, flow_.client, flow_.server, first.time);
}

bool Tracked::is_over() const {
  return (client_.fin && server_.fin) || flow_.reset;
}

bool Tracked::is_begun_anew_by(const Segment& segment) const {
  if (!segment.syn || segment.ack_flag) return false;
  if (flow_.syn_seen) return segment.seq != syn_seq_;
  return (segment.source == flow_.client ? client_ : server_).direction.has_begun();
}

bool Tracked::take(const Segment& segment) {
  const Side from = segment.source == flow_.client ? Side::kClient : Side::kServer;
  if (is_second_copy(segment, from)) return false;
  flow_.last = segment.time;
  const bool syn_again =
      segment.syn && (from == Side::kClient ? syn_at_.has_value() : syn_ack_at_.has_value());
  if (segment.syn) take_syn(segment, from);
  measure_handshake(segment, from);
  Half& sender = half(from);
  Half& receiver = half(other(from));
  const std::uint64_t before = sender.direction.payload_bytes();
  const Nanos late = lateness_of(segment, sender);
  receiver.direction.answered(segment, path_of(other(from), late));
  const Path path = path_of(from, late);  // The answer may have made it shorter.
  sender.direction.sent(segment, path);
  const bool new_data = sender.direction.payload_bytes() > before;
  if (observer_) observe(segment, from, syn_again, new_data, path);
  sender.fin = sender.fin || segment.fin;
  flow_.reset = flow_.reset || segment.rst;
  if (sink_) tell(segment, from);
  return true;
}

Nanos Tracked::lateness_of(const Segment& segment, Half& sender) {
  if (!sender.lateness) {
    if (rtt_to(Side::kClient) + rtt_to(Side::kServer) < kFar) return Nanos(0);
    sender.lateness = std::make_unique<Lateness>();
  }
  return sender.lateness->take(segment);
}

Path Tracked::path_of(Side sender, Nanos late) {
  const auto varies = [&](Side side) {
    const auto& lateness = half(side).lateness;
    const bool known = lateness && lateness->has_clock();
    return known ? std::optional(lateness->spread()) : std::nullopt;
  };
  return {rtt_to(sender), rtt_to(other(sender)), late, varies(sender), varies(other(sender))};
}

void Tracked::observe(const Segment& segment, Side from, bool syn_again, bool new_data,
                      const Path& path) {
  Half& sender = half(from);
  Half& receiver = half(other(from));
  PacketFacts facts;
  facts.connection = id_;
  facts.from = from;
  facts.at = segment.time;
  facts.frame = segment.frame;
  facts.length = segment.rst ? 0 : segment.length;
  facts.offset = sender.direction.offset_of(segment.syn ? segment.seq + 1 : segment.seq);
  facts.syn = segment.syn;
  facts.fin = segment.fin;
  facts.rst = segment.rst;
  facts.ack = segment.ack_flag;
  facts.syn_again = syn_again;
  facts.new_data = new_data;
  facts.full = segment.length > 0 && !sender.direction.is_small(segment);
  facts.rtt_to_client = from == Side::kClient ? path.to_sender : path.to_receiver;
  facts.rtt_to_server = from == Side::kClient ? path.to_receiver : path.to_sender;
  facts.late = path.late;
  facts.client_holds = !client_.direction.is_acquitted();
  facts.server_holds = !server_.direction.is_acquitted();
  facts.client_is_full = server_.window.is_full();
  facts.server_is_full = client_.window.is_full();
  facts.payload = segment.payload;
  auto answered = receiver.loss.answered(segment, sender.loss.is_ahead(segment));
  settle(facts, other(from), answered);
  std::optional<Repeated> sent_again;
  if (!segment.syn && !segment.rst) {
    sent_again = sender.loss.sent(segment, path.rtt());
  }
  settle(facts, from, sent_again);
  receiver.window.answered(segment);
  sender.window.sent(segment);
  if (const auto& released = sender.direction.released()) facts.release = &*released;
  observer_->on_packet(facts);
}

void Tracked::settle(PacketFacts& facts, Side side, std::optional<Repeated>& repeat) {
  if (!repeat) return;
  repeat->offset = half(side).direction.offset_of(repeat->seq);
  facts.repeats[static_cast<std::size_t>(side)] = &*repeat;
}

// What was sent again and never answered is told with the end of the connection.
void Tracked::tell_unanswered() {
  PacketFacts facts;
  facts.connection = id_;
  facts.at = flow_.last;
  facts.rtt_to_client = rtt_to(Side::kClient);
  facts.rtt_to_server = rtt_to(Side::kServer);
  for (const Side side : {Side::kClient, Side::kServer}) {
    auto repeat = half(side).loss.unanswered();
    if (!repeat) continue;
    facts.from = side;
    facts.frame = repeat->frame;
    facts.repeats = {};
    settle(facts, side, repeat);
    observer_->on_packet(facts);
  }
}

ConnectionFlow Tracked::finish() {
  if (observer_) tell_unanswered();
  if (sink_) {
    client_.bytes.finish(*sink_);
    server_.bytes.finish(*sink_);
  }
  auto& left_out = flow_.stalls_left_out;
  flow_.from_client = client_.direction.finish(Side::kClient, flow_.stalls, left_out);
  flow_.from_server = server_.direction.finish(Side::kServer, flow_.stalls, left_out);
  flow_.from_client.missed_by_capture = client_.loss.missed_by_capture();
  flow_.from_server.missed_by_capture = server_.loss.missed_by_capture();
  flow_.holds_of_one_rtt =
      client_.direction.holds_of_one_rtt() + server_.direction.holds_of_one_rtt();
  flow_.rtt = rtt_to(Side::kClient) + rtt_to(Side::kServer);
  for (const Half* half : {&client_, &server_}) {
    if (half->lateness) flow_.varies = std::max(flow_.varies, half->lateness->spread());
  }
  std::sort(flow_.stalls.begin(), flow_.stalls.end(),
            [](const Stall& a, const Stall& b) { return a.release_frame < b.release_frame; });
  return std::move(flow_);
}

bool Tracked::is_second_copy(const Segment& segment, Side from) {
  // Without a mark of its own a repeat counts as one: a retransmission taken for a copy would let
  // a loss look like a delayed ACK.
  if (segment.ip_id == 0 && !segment.ts_value) return false;
  const std::uint64_t likeness = likeness_of(segment, from);
  const auto micros = static_cast<std::uint32_t>(segment.time.since_epoch / kMicrosecond);
  const std::uint16_t mark = mark_of(likeness);
  std::uint16_t known = 0;  // As wide as a mark: compared many at once.
  for (const std::uint16_t other : marks_) {
    known = static_cast<std::uint16_t>(known | (other == mark ? 1 : 0));
  }
  if (known != 0 && is_remembered(likeness, micros)) return true;
  if (likenesses_.size() < kRemembered) {
    marks_[likenesses_.size()] = mark;
    likenesses_.push_back(likeness);
    micros_.push_back(micros);
    return false;
  }
  marks_[oldest_] = mark;
  likenesses_[oldest_] = likeness;
  micros_[oldest_] = micros;
  oldest_ = (oldest_ + 1) % kRemembered;
  return false;
}

bool Tracked::is_remembered(std::uint64_t likeness, std::uint32_t micros) const {
  for (std::size_t i = likenesses_.size(); i-- > 0;) {
    const std::size_t at = (oldest_ + i) % likenesses_.size();
    const auto since = static_cast<std::int32_t>(micros - micros_[at]);
    if (std::chrono::microseconds(since) > kSecondCopy) return false;
    if (likenesses_[at] == likeness) return true;
  }
  return false;
}

void Tracked::take_syn(const Segment& segment, Side from) {
  if (from == Side::kClient) {
    flow_.syn_seen = true;
    syn_seq_ = segment.seq;
    syn_at_ = segment.time;
  } else {
    syn_ack_at_ = segment.time;
  }
  // What a side may send is what the other offers, less the timestamps if both use them; and by its
  // own link no more than it offers itself (RFC 9293, 3.7.1).
  const std::uint32_t options = segment.ts_value ? kTimestampOption : 0;
  if (segment.mss > options) {
    half(other(from)).direction.set_mss_of_receiver(segment.mss - options);
    half(from).direction.set_mss_of_sender(segment.mss - options);
  }
  if (!segment.options_cut) half(from).window_scale = segment.window_scale.value_or(0);
  // Scales hold if both offer one (RFC 7323, 2.2).
  if (client_.window_scale && server_.window_scale) {
    server_.window.set_scale(*client_.window_scale);
    client_.window.set_scale(*server_.window_scale);
  }
}

void Tracked::measure_handshake(const Segment& segment, Side from) {
  if (from == Side::kServer && segment.syn && syn_at_) {
    rtt_to_server_ = segment.time - *syn_at_;
  } else if (from == Side::kClient && !segment.syn && syn_ack_at_ && !rtt_to_client_) {
    rtt_to_client_ = segment.time - *syn_ack_at_;
  }
}

// The least of the handshake's and of all data's: delays only ever add to it.
Nanos Tracked::rtt_to(Side side) {
  const auto& handshake = side == Side::kClient ? rtt_to_client_ : rtt_to_server_;
  const auto data = half(other(side)).direction.least_ack_time();
  if (handshake && data) return std::min(*handshake, *data);
  return handshake ? *handshake : data.value_or(Nanos(0));
}

void Tracked::tell(const Segment& segment, Side from) {
  const StreamPlace place{id_, from, segment.time, segment.frame};
  Reassembly& bytes = half(from).bytes;
  Reassembly& acked = half(other(from)).bytes;
  const Direction& peer = half(other(from)).direction;
  if (segment.ack_flag && peer.has_begun()) {
    acked.acknowledged(peer.offset_of(segment.ack), {id_, other(from), place.at, place.frame},
                       *sink_);
  }
  const std::uint32_t first = segment.syn ? segment.seq + 1 : segment.seq;
  const std::int64_t offset = half(from).direction.offset_of(first);
  if (segment.rst) {
    bytes.reset(place, *sink_);  // What it carries is no part of the stream.
    return;
  }
  bytes.take(segment, offset, place, *sink_);
  if (segment.fin) bytes.closed(offset + segment.length, place, *sink_);
}

}  // namespace tailrace
