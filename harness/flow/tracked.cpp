// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/tracked.h"

#include <algorithm>
#include <utility>

#include "harness/flow/fetch.h"
#include "harness/flow/http_reading.h"

namespace tailrace {
namespace {

constexpr std::uint8_t kOffersNone = 0xFF;  // No shift of a window: they end at 14.
constexpr std::uint32_t kTimestampOption = 12;  // Bytes of each segment that MSS leaves out.

// Who opened it: the sender of the SYN; else as the user tells; in the middle of a connection the
// one that sends requests, else the higher port, since servers listen on low ones.
bool sender_is_client(const Segment& segment, const std::optional<Endpoint>& server) {
  if (segment.syn) return !segment.ack_flag;
  if (segment.is_of(server)) return segment.destination == *server;
  if (begins_request(segment.payload)) return true;
  if (segment.payload.starts_with("HTTP/1.")) return false;
  return segment.source.port >= segment.destination.port;
}

}  // namespace

Tracked::Tracked(ConnectionId id, const Segment& first, const TrackedOptions& options,
                 StreamSink* sink, FlowObserver* observer)
    : id_(id),
      ways_(options.ways),
      sink_(sink),
      observer_(observer),
      client_(Side::kClient, options.most_stalls),
      server_(Side::kServer, options.most_stalls) {
  const bool by_client = sender_is_client(first, options.server);
  known_.guessed = !first.syn && first.length == 0 && !first.is_of(options.server);
  known_.client = by_client ? first.source : first.destination;
  known_.server = by_client ? first.destination : first.source;
  known_.first = first.time;
  known_.first_frame = first.frame;
  if (sink_) sink_->on_open(id_, known_.client, known_.server, first.time);
}

bool Tracked::is_over() const {
  return (client_.fin && server_.fin) || known_.reset;
}

bool Tracked::is_begun_anew_by(const Segment& segment) const {
  if (segment.length > 0 && known_.guessed && !syn_ack_at_) return takes_roles_by(segment);
  if (!segment.syn || segment.ack_flag) return false;
  if (known_.syn_seen) return segment.seq != syn_seq_;
  return (segment.source == known_.client ? client_ : server_).direction.has_begun();
}

bool Tracked::takes_roles_by(const Segment& segment) const {
  if (client_.direction.payload_bytes() + server_.direction.payload_bytes() > 0) return false;
  return segment.source == known_.server ? begins_request(segment.payload)
                                         : segment.payload.starts_with("HTTP/1.");
}

bool Tracked::take(const Segment& segment) {
  const Side from = segment.source == known_.client ? Side::kClient : Side::kServer;
  if (const auto since = seen_.take(segment, from)) {
    take_copy(*since, half(from));
    return false;
  }
  if (segment.length > 0 && half(from).loss.is_copy(segment)) return false;
  known_.last = segment.time;
  const bool syn_again =
      segment.syn && (from == Side::kClient ? syn_at_.has_value() : syn_ack_at_.has_value());
  if (segment.syn) take_syn(segment, from);
  if (!segment.syn && client_.mss_of_cut_syn + server_.mss_of_cut_syn > 0) settle_mss(segment);
  measure_handshake(segment, from);
  Half& sender = half(from);
  Half& receiver = half(other(from));
  const std::uint64_t before = sender.direction.payload_bytes();
  const Nanos late = lateness_of(segment, sender);
  const Nanos to_receiver = rtt_to(other(from));
  Path path;
  path.to_sender = to_receiver;
  path.to_receiver = rtt_to(from);
  path.late = late;
  path.of_sender = receiver.lateness.get();
  path.of_receiver = sender.lateness.get();
  path.copies_to_sender = sender.copies.get();
  path.copies_to_receiver = receiver.copies.get();
  const auto edge = receiver.window.edge();
  receiver.direction.answered(segment, path, edge);
  if (receiver.behind_full) receiver.behind_full->answered(segment, path, edge);
  path.to_sender = rtt_to(from);
  path.to_receiver = to_receiver;
  path.by_handshake = handshake_of(from) != kNoTime;
  std::swap(path.of_sender, path.of_receiver);
  std::swap(path.copies_to_sender, path.copies_to_receiver);
  Sending told;
  sender.direction.sent(segment, path, told);
  const bool new_data = sender.direction.payload_bytes() > before;
  receiver.unseen.answered(segment);
  // A sender that holds its data lets it go behind what is missing only when its timer says so.
  const bool next = sender.loss.is_next(segment) ||
                    (sender.loss.is_ahead(segment) && sender.direction.is_holding());
  const UnseenLoss::Sent facts{new_data && next, from == Side::kClient, sender.direction.mss()};
  const auto lost = sender.unseen.sent(segment, facts, path);
  watch_full(segment, sender, new_data, path, told.release);
  const Seen::Window of_client{server_.window.is_full(), server_.window.is_closed()};
  const Seen::Window of_server{client_.window.is_full(), client_.window.is_closed()};
  receiver.window.answered(segment);
  sender.window.sent(segment);
  if (observer_) {
    observe(segment, from, {syn_again, new_data, of_client, of_server, lost, &told}, path);
  }
  sender.fin = sender.fin || segment.fin;
  known_.reset = known_.reset || segment.rst;
  if (sink_) tell(segment, from);
  return true;
}

void Tracked::watch_full(const Segment& segment, Half& sender, bool new_data, const Path& path,
                         std::optional<Release>& release) const {
  const Direction& direction = sender.direction;
  const bool full = new_data && !direction.is_small(segment);
  if (!sender.behind_full) {
    if (!full) return;
    sender.behind_full = std::make_unique<BehindFull>();
  }
  const std::int64_t offset = direction.offset_of(segment.seq);
  sender.behind_full->sent(segment,
                           {new_data, full,
                            static_cast<std::uint64_t>(std::max<std::int64_t>(offset, 0)),
                            direction.mss()},
                           path, release);
}

Nanos Tracked::lateness_of(const Segment& segment, Half& sender) {
  if (!sender.lateness) {
    if (rtt_to(Side::kClient) + rtt_to(Side::kServer) < kFar) return Nanos(0);
    sender.lateness = std::make_unique<Lateness>(
        ways_ ? ways_->between(segment.source.address, segment.destination.address) : nullptr);
  }
  return sender.lateness->take(segment);
}

void Tracked::take_copy(Nanos since, Half& sender) {
  if (!sender.copies) {
    if (rtt_to(Side::kClient) + rtt_to(Side::kServer) < kFar) return;
    sender.copies = std::make_unique<CopyDelays>();
  }
  sender.copies->note(since);
}

void Tracked::observe(const Segment& segment, Side from, const Seen& seen, const Path& path) {
  Half& sender = half(from);
  Half& receiver = half(other(from));
  const bool by_client = from == Side::kClient;
  PacketFacts facts{
      .connection = id_,
      .from = from,
      .at = segment.time,
      .frame = segment.frame,
      .length = segment.rst ? 0 : segment.length,
      .offset = sender.direction.offset_of(segment.syn ? segment.seq + 1 : segment.seq),
      .syn = segment.syn,
      .fin = segment.fin,
      .rst = segment.rst,
      .ack = segment.ack_flag,
      .syn_again = seen.syn_again,
      .full = segment.length > 0 && !sender.direction.is_small(segment),
      .new_data = seen.new_data,
      .repeats = {},
      .release = seen.told->release ? &*seen.told->release : nullptr,
      .rtt_to_client = by_client ? path.to_sender : path.to_receiver,
      .rtt_to_server = by_client ? path.to_receiver : path.to_sender,
      .late = path.late,
      .client_holds = !client_.direction.is_acquitted(),
      .server_holds = !server_.direction.is_acquitted(),
      .client_is_full = seen.of_client.full,
      .server_is_full = seen.of_server.full,
      .client_is_closed = seen.of_client.closed,
      .server_is_closed = seen.of_server.closed,
      .client_unacked = !client_.loss.all_acknowledged(),
      .server_unacked = !server_.loss.all_acknowledged(),
      .payload = segment.payload,
  };
  const std::uint32_t acknowledged = receiver.loss.acknowledged();
  auto answered = receiver.loss.answered(segment, sender.loss.is_ahead(segment));
  facts.partial_ack = segment.length == 0 && receiver.loss.acknowledged() != acknowledged &&
                      !receiver.loss.all_acknowledged();
  settle(facts, other(from), answered);
  const bool came_late = sender.unseen.tells_order() && sender.unseen.came_late();
  auto sent_again = segment.syn || segment.rst
                        ? std::nullopt
                        : sender.loss.sent(segment, path.rtt(), came_late);
  settle(facts, from, sent_again);
  if (seen.lost) sender.loss.note_unseen(segment, *seen.lost);
  if (const auto since = seen.told->probed_since) sender.loss.note_lost_ack(segment, *since);
  facts.full = facts.full || (seen.new_data && sender.window.is_full());
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
  facts.at = known_.last;
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
  const bool loses = client_.loss.missed_by_capture() + server_.loss.missed_by_capture() > 0;
  if (loses || client_.unseen.some_missing()) server_.direction.set_lacks_answers();
  if (loses || server_.unseen.some_missing()) client_.direction.set_lacks_answers();
  ConnectionFlow flow;
  flow.client = known_.client;
  flow.server = known_.server;
  flow.first = known_.first;
  flow.last = known_.last;
  flow.first_frame = known_.first_frame;
  flow.syn_seen = known_.syn_seen;
  flow.reset = known_.reset;
  flow.from_client = client_.direction.finish(Side::kClient, flow);
  flow.from_server = server_.direction.finish(Side::kServer, flow);
  for (const Side side : {Side::kClient, Side::kServer}) {
    const Half& holder = half(side);
    if (holder.behind_full && flow.from(side).holds_data) {
      holder.behind_full->finish(side, !holder.direction.has_coarse_clock(), flow);
    }
  }
  flow.from_client.missed_by_capture = client_.loss.missed_by_capture();
  flow.from_server.missed_by_capture = server_.loss.missed_by_capture();
  flow.holds_of_one_rtt =
      client_.direction.holds_of_one_rtt() + server_.direction.holds_of_one_rtt();
  flow.rtt = rtt_to(Side::kClient) + rtt_to(Side::kServer);
  for (const Half* half : {&client_, &server_}) {
    if (half->lateness) flow.varies = std::max(flow.varies, half->lateness->spread());
  }
  std::sort(flow.stalls.begin(), flow.stalls.end(),
            [](const Stall& a, const Stall& b) { return a.release_frame < b.release_frame; });
  return flow;
}

void Tracked::fetch_ahead() const {
  seen_.fetch_ahead();
  for (const Half* half : {&client_, &server_}) {
    if (half->lateness) fetch(half->lateness.get(), sizeof(Lateness));
    half->loss.fetch_ahead();
  }
}

void Tracked::take_syn(const Segment& segment, Side from) {
  if (from == Side::kClient) {
    known_.syn_seen = true;
    syn_seq_ = segment.seq;
    syn_at_ = segment.time;
  } else {
    syn_ack_at_ = segment.time;
  }
  if (segment.options_cut && !segment.ts_value) {
    half(from).mss_of_cut_syn = segment.mss;
  } else {
    take_mss(segment.mss, segment.ts_value.has_value(), from);
  }
  if (!segment.options_cut) half(from).window_scale = segment.window_scale.value_or(kOffersNone);
  // Scales hold if both offer one (RFC 7323, 2.2).
  if (client_.window_scale && server_.window_scale) {
    const bool both = client_.window_scale != kOffersNone && server_.window_scale != kOffersNone;
    server_.window.set_scale(both ? *client_.window_scale : std::uint8_t{0});
    client_.window.set_scale(both ? *server_.window_scale : std::uint8_t{0});
  }
}

// What a side may send is what the other offers, less the timestamps if both use them; and by its
// own link no more than it offers itself (RFC 9293, 3.7.1).
void Tracked::take_mss(std::uint32_t mss, bool timestamps, Side from) {
  const std::uint32_t options = timestamps ? kTimestampOption : 0;
  if (mss <= options) return;
  half(other(from)).direction.set_mss_of_receiver(mss - options);
  half(from).direction.set_mss_of_sender(mss - options);
}

void Tracked::settle_mss(const Segment& segment) {
  for (const Side side : {Side::kClient, Side::kServer}) {
    take_mss(std::exchange(half(side).mss_of_cut_syn, 0), segment.ts_value.has_value(), side);
  }
}

void Tracked::measure_handshake(const Segment& segment, Side from) {
  if (from == Side::kServer && segment.syn && syn_at_) {
    rtt_to_server_ = segment.time - *syn_at_;
  } else if (from == Side::kClient && !segment.syn && rtt_to_client_ == kNoTime && syn_ack_at_) {
    rtt_to_client_ = segment.time - *syn_ack_at_;
  }
}

// The least of the handshake's and of all data's: delays only ever add to it.
Nanos Tracked::rtt_to(Side side) {
  const Nanos handshake = handshake_of(side);
  Nanos least = std::min(handshake, half(other(side)).direction.least_ack_time());
  // Who thinks for long acknowledges each request by a timer.
  if (handshake == kNoTime) least = std::min(least, half(side).direction.least_echo_time());
  return least == kNoTime ? Nanos(0) : least;
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
