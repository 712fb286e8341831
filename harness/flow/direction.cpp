// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/direction.h"

#include <algorithm>

namespace tailrace {
namespace {

// Where no SYN told the MSS: smaller than any Ethernet's, larger than the messages judged here.
constexpr std::uint32_t kAssumedMss = 1200;
// More than one proof in so many holds, and the sender does not run Nagle's algorithm: one alone
// may be an ACK that the capture missed.
constexpr std::uint64_t kHoldsPerProof = 4;
// Measured at true stalls: 10 us, 99 of 100 below this.
constexpr Nanos kCloseRelease = std::chrono::microseconds(300);
constexpr int kJitterPart = 6;  // Of the round trip: prompt ACKs vary by less.
constexpr std::uint64_t kHighConfidence = 3;
constexpr double kMostlyHeld = 0.9;
constexpr double kSeriesHeld = 0.5;  // A busy sender is late with some of its writes.

}  // namespace

std::uint32_t Direction::mss() const {
  return mss_ != 0 ? mss_ : std::max(largest_, kAssumedMss);
}

std::int64_t Direction::offset_of(std::uint32_t seq) const {
  const auto ahead = static_cast<std::int32_t>(seq - next_);
  return static_cast<std::int64_t>(next_offset_) + ahead;
}

std::uint64_t Direction::seen_offset_of(std::uint32_t seq) const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(offset_of(seq), 0));
}

void Direction::begin(const Segment& segment) {
  begun_ = true;
  next_ = segment.syn ? segment.seq + 1 : segment.seq;
}

void Direction::sent(const Segment& segment, Nanos rtt_to_sender, Nanos rtt_to_receiver) {
  released_.reset();
  ++flow_.segments;
  if (!begun_) begin(segment);
  if (segment.fin && !flow_.fin_at) flow_.fin_at = segment.time;
  if (segment.rst && !flow_.rst_at) flow_.rst_at = segment.time;
  if (segment.length == 0 || segment.rst) return;
  const std::uint32_t end = segment.seq + segment.length;
  if (!seq_before(next_, end)) {
    // Old data: until the present wait is over, its end says nothing of Nagle.
    ++flow_.retransmissions;
    if (waiting_) waiting_->disturbed = true;
    drop_pending();
    return;
  }
  new_data(segment, rtt_to_sender, rtt_to_receiver);
  next_offset_ += end - next_;
  next_ = end;
}

void Direction::new_data(const Segment& segment, Nanos rtt_to_sender, Nanos rtt_to_receiver) {
  flow_.payload_bytes += segment.length;
  largest_ = std::max(largest_, segment.length);
  last_data_at_ = segment.time;
  if (!is_small(segment)) {
    if (waiting_) waiting_->since = segment.time;
    drop_pending();
    return;
  }
  ++flow_.small_segments;
  // The echoed timestamp shows whether S had heard of R since; without it a missed ACK in the
  // capture would look like a proof.
  const bool unheard = waiting_ && segment.ts_echo == waiting_->ts_echo;
  // What ends no write was cut by the receiver's window, which Nagle's algorithm lets pass.
  if (unheard && segment.psh && !segment.fin && waiting_->ends_write && !waiting_->disturbed) {
    ++flow_.nodelay_proofs;
  }
  if (pending_) judge_release(segment, rtt_to_sender, rtt_to_receiver);
  drop_pending();
  waiting_ = Waiting{segment.seq + segment.length, segment.frame,
                     segment.time,                 segment.time,
                     segment.ts_echo,              seen_offset_of(segment.seq),
                     segment.length,               false,
                     segment.psh,                  false};
}

bool Direction::heard(const Segment& segment) const {
  if (!segment.ts_echo || !pending_->ts_value) return true;
  return !seq_before(*segment.ts_echo, *pending_->ts_value);
}

void Direction::drop_pending() {
  if (pending_ && pending_->delayed) {
    if (flow_.harmless_delays++ == 0) {
      flow_.harmless_waiting = pending_->waiting.frame;
      flow_.harmless_ack = pending_->ack_frame;
      flow_.harmless_wait = pending_->ack_at - pending_->waiting.at;
    }
  }
  pending_.reset();
}

void Direction::judge_release(const Segment& segment, Nanos rtt_to_sender, Nanos rtt_to_receiver) {
  Pending& pending = *pending_;
  const Nanos rtt = rtt_to_sender + rtt_to_receiver;
  const Nanos gap = segment.time - pending.ack_at - rtt_to_sender;
  // Offloading shows several segments as one: its full ones were not there before. What does not
  // end a write is no rest of one either: the receiver's window had cut it.
  const bool is_rest = segment.length <= mss() && (segment.psh || segment.fin);
  if (pending.waiting.disturbed || !is_rest) return;
  if (!heard(segment)) {
    // It left before S knew of the ACK that the capture had seen: nothing was held.
    if (!pending.waiting.talked_over && pending.waiting.ends_write && !segment.fin) {
      ++flow_.nodelay_proofs;
    }
    return;
  }
  const bool released = std::chrono::abs(gap) <= kMostReleaseGap + rtt / 10;
  const bool loose = std::chrono::abs(gap) > kCloseRelease + rtt / 10;
  if (!pending.delayed) {
    const Nanos pause = loose ? segment.time - pending.waiting.at : Nanos(0);
    least_pause_ = std::min(least_pause_.value_or(pause), pause);
    if (!loose && pending.waiting.ends_write) ++flow_.prompt_releases;
    // Prompt ACKs hold nothing longer than a round trip: worth a word on paths that have one.
    if (!released || rtt < Millis(1)) return;
    ++holds_of_one_rtt_;
    released_ = Release{stall_of(segment, gap), true};
    return;
  }
  ++candidates_;
  if (!released) return;
  ++flow_.held;
  proofs_at_hold_ = flow_.nodelay_proofs;
  loose_ += loose;
  pending.delayed = false;  // It was not harmless.
  released_ = Release{stall_of(segment, gap), false};
  if (stalls_.size() >= most_stalls_) {
    ++stalls_left_out_;
    return;
  }
  stalls_.push_back(released_->stall);
}

Stall Direction::stall_of(const Segment& segment, Nanos gap) const {
  const Pending& pending = *pending_;
  Stall stall;
  stall.waiting_frame = pending.waiting.frame;
  stall.ack_frame = pending.ack_frame;
  stall.release_frame = segment.frame;
  stall.waiting_at = pending.waiting.at;
  stall.ack_at = pending.ack_at;
  stall.release_at = segment.time;
  stall.ack_wait = pending.ack_at - pending.waiting.at;
  stall.ack_delay = pending.ack_delay;
  stall.release_gap = gap;
  const Nanos pause = least_pause_.value_or(Nanos(0));
  stall.held_since = pending.waiting.since;
  stall.hold = std::max(segment.time - pending.waiting.since - pause, Nanos(0));
  stall.waiting_offset = pending.waiting.offset;
  stall.waiting_length = pending.waiting.length;
  stall.release_offset = seen_offset_of(segment.seq);
  stall.release_length = segment.length;
  stall.mss = mss();
  return stall;
}

void Direction::answered(const Segment& segment, Nanos rtt_to_sender, Nanos rtt_to_receiver) {
  // Data of R makes a new turn: what S sends next is its answer to that.
  if (segment.length > 0 || segment.fin) {
    // R sends right after its ACK: it had read late, and reading made the ACK, not a timer.
    if (pending_ && segment.time - pending_->ack_at <= kCloseRelease) pending_->delayed = false;
    drop_pending();
    if (waiting_ && segment.length > 0) waiting_->talked_over = true;
  }
  if (!segment.ack_flag) return;
  const bool closed = segment.window == 0 && !segment.syn && !segment.rst;
  if (closed && waiting_) waiting_->disturbed = true;
  if (!waiting_ || seq_before(segment.ack, waiting_->end)) return;
  const Nanos wait = segment.time - waiting_->at;
  if (!waiting_->disturbed) {
    least_ack_time_ = std::min(least_ack_time_.value_or(wait), wait);
  }
  const bool pure = segment.length == 0 && !segment.syn && !segment.fin && !segment.rst;
  const Nanos delay = segment.time - waiting_->since - rtt_to_receiver;
  const bool delayed =
      delay >= std::max(kLeastAckDelay, (rtt_to_sender + rtt_to_receiver) / kJitterPart);
  drop_pending();
  if (pure) {
    pending_ = Pending{*waiting_, segment.frame, segment.time, delay,
                       delayed && !waiting_->disturbed, segment.ts_value};
  }
  waiting_.reset();
}

// Held data leaves on the ACK itself. Where it mostly came a while later, chance brought it there.
bool Direction::released_by_chance() const {
  return loose_ * 2 > flow_.held;
}

bool Direction::has_held(double part) const {
  return static_cast<double>(flow_.held) >= part * static_cast<double>(candidates_);
}

// The option can be set while the connection lives: what proves it then says nothing of a series of
// holds before.
bool Direction::nodelay_proven() const {
  const bool series = flow_.held >= kHighConfidence && has_held(kSeriesHeld);
  const std::uint64_t proofs = series ? proofs_at_hold_ : flow_.nodelay_proofs;
  return proofs * kHoldsPerProof > flow_.held;
}

DirectionFlow Direction::finish(Side holder, std::vector<Stall>& stalls,
                                std::uint64_t& left_out) const {
  DirectionFlow flow = flow_;
  flow.mss = mss();
  flow.nodelay_proven = nodelay_proven();
  if (pending_ && pending_->delayed && flow.harmless_delays++ == 0) {
    flow.harmless_waiting = pending_->waiting.frame;
    flow.harmless_ack = pending_->ack_frame;
    flow.harmless_wait = pending_->ack_at - pending_->waiting.at;
  }
  flow.holds_data = !is_acquitted();
  if (is_acquitted()) {
    flow.harmless_delays += flow_.held;  // Data that followed a delayed ACK did so by chance.
    return flow;
  }
  Confidence confidence = Confidence::kLow;
  if (flow_.held >= 2) confidence = Confidence::kMedium;
  if (flow_.held >= kHighConfidence && has_held(kMostlyHeld)) confidence = Confidence::kHigh;
  left_out += stalls_left_out_;
  for (Stall stall : stalls_) {
    stall.holder = holder;
    stall.ack_delayer = other(holder);
    stall.confidence = confidence;
    stalls.push_back(stall);
  }
  return flow;
}

}  // namespace tailrace
