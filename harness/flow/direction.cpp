// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/direction.h"

#include <algorithm>
#include <utility>

namespace tailrace {
namespace {

// Where no SYN told the MSS: smaller than any Ethernet's, larger than the messages judged here.
constexpr std::uint32_t kAssumedMss = 1200;
// As many segments of one length as no window of the receiver's would cut so by chance.
constexpr std::uint8_t kCutsThatTell = 4;
// Of the round trip: prompt ACKs vary by less, where no clock tells.
constexpr int kJitterPart = 6;
// A tail loss probe is sent no sooner, and may carry new data (RFC 8985, 7.2 and 7.3).
constexpr Nanos kLeastProbe = Millis(200);
constexpr int kMostProbes = 3;  // Of that: round trips with lost ACKs seem long to a sender.
constexpr int kPartThatTells = 8;  // Of a pause that was seen once.
constexpr std::uint64_t kEnoughToOutweigh = 5;  // Sharp releases that were sooner than that.
// A round trip within one host; the quickest way out of it takes more.
constexpr Nanos kNoWay = std::chrono::microseconds(40);
constexpr Nanos kWorthAWord = Millis(1);  // Of a hold that cost one round trip.

}  // namespace

std::uint32_t Direction::mss() const {
  if (cuts_ >= kCutsThatTell) return cut_to_;
  if (receiver_mss_ == 0) return std::max(largest_ > 0 ? largest_ : pushed_ + 1, kAssumedMss);
  if (sender_mss_ == 0 || sender_mss_ >= receiver_mss_) return receiver_mss_;
  return std::max(sender_mss_, largest_);
}

// Segments that end no write and are all of one length fill their path.
void Direction::learn_size(const Segment& segment) {
  // Where no SYN told: what ends a write need not fill its segment.
  std::uint32_t& longest = receiver_mss_ == 0 && segment.psh ? pushed_ : largest_;
  if (receiver_mss_ == 0 || segment.length <= receiver_mss_) {
    longest = std::max(longest, segment.length);
  }
  if (segment.psh || cuts_ >= kCutsThatTell || !is_small(segment)) return;
  cuts_ = segment.length == cut_to_ ? static_cast<std::uint8_t>(cuts_ + 1) : std::uint8_t{1};
  cut_to_ = segment.length;
}

std::uint64_t Direction::seen_offset_of(std::uint32_t seq) const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(offset_of(seq), 0));
}

void Direction::begin(const Segment& segment) {
  begun_ = true;
  heard_data_ = segment.syn && !segment.ack_flag;  // A client's first data begins a turn.
  next_ = segment.syn ? segment.seq + 1 : segment.seq;
}

void Direction::sent(const Segment& segment, const Path& path, Sending& told) {
  ++flow_.segments;
  note_time(segment.time);
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
  new_data(segment, path, told);
  next_offset_ += end - next_;
  next_ = end;
}

// What Nagle's algorithm holds leaves without an ACK, when the sender's loss timer sends it.
bool Direction::is_probe(const Segment& segment, const Path& path) const {
  if (!waiting_ || !last_data_at_) return false;
  return segment.time - *last_data_at_ >= std::max(kLeastProbe, 2 * path.rtt());
}

void Direction::new_data(const Segment& segment, const Path& path, Sending& told) {
  flow_.payload_bytes += segment.length;
  learn_size(segment);
  const bool probe = is_probe(segment, path);
  last_data_at_ = segment.time;
  if (!is_small(segment)) {
    if (waiting_) waiting_->since = segment.time;
    // One that left before S had the ACK passed what waits for that, as before.
    if (!pending_ || heard(segment)) {
      drop_pending();
    } else {
      pending_->waiting.since = segment.time;
    }
    return;
  }
  ++flow_.small_segments;
  // The echoed timestamp shows whether S had heard of R since; without it a missed ACK in the
  // capture would look like a proof.
  const bool unheard =
      waiting_ && segment.ts_echo == waiting_->ts_echo && segment.ack == waiting_->ack;
  // What ends no write was cut by the receiver's window, which Nagle's algorithm lets pass.
  const bool proof = unheard && segment.psh && !segment.fin && waiting_->ends_write;
  if (proof && !waiting_->disturbed && !probe) {
    ++proofs_.all;
    const Nanos least = path.to_receiver + kLeastAckDelay;
    const Nanos since = segment.time - waiting_->at;
    proofs_.vague += !segment.ts_echo && since >= least;
    if (segment.ts_echo) flow_.longest_proofs.note(since);
  }
  if (unheard && probe && was_probe(segment, *waiting_, path)) told.probed_since = waiting_->at;
  if (pending_) judge_release(segment, path, told);
  drop_pending();
  const Nanos thought = heard_data_at_ ? segment.time - *heard_data_at_ : Nanos(0);
  waiting_ = Waiting{segment.seq + segment.length, segment.frame,
                     segment.time,                 segment.time,
                     RealTime(),                   segment.ts_echo,
                     segment.ack,                  seen_offset_of(segment.seq),
                     segment.length,               path.late,
                     unheard && probe,             segment.psh,
                     false,                        std::exchange(heard_data_, false),
                     thought};
}

// Of a sender that holds: its probe, and not a write that came so late.
bool Direction::was_probe(const Segment& segment, const Waiting& waiting, const Path& path) const {
  const Nanos wait = segment.time - waiting.at;
  const Nanos least = std::max(kLeastProbe, 2 * path.rtt());
  return is_holding() && segment.psh && wait >= least && wait <= kMostProbes * least;
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

// Where S echoes the ACK itself, the way there and back took no longer than that. Without a
// handshake all that was known may be how late S acknowledges: what is close to its ACK by such a
// way alone is not known to be.
Nanos Direction::way_to_sender(const Segment& segment, const Path& path) {
  const bool echoed = segment.ts_echo && segment.ts_echo == pending_->ts_value;
  const Nanos way = segment.time - pending_->ack_at;
  if (!echoed || way >= path.to_sender) return path.to_sender;
  least_echo_time_ = std::min(least_echo_time_, way);
  const bool is_known = path.by_handshake || path.to_sender - way <= kCloseRelease;
  return is_known ? way : Nanos(0);
}

void Direction::judge_release(const Segment& segment, const Path& path, Sending& told) {
  Pending& pending = *pending_;
  const Nanos gap = segment.time - pending.ack_at - way_to_sender(segment, path) - path.late;
  if (pending.waiting.disturbed || !may_be_held(segment, mss(), pending.edge)) return;
  const auto [most, close, sharp] = release_bounds(path);
  if (!heard(segment)) {
    // It left before S knew of the ACK that the capture had seen: nothing was held. Unless the ACK
    // was lost on its way to S, whose probe sent it at last: it had time enough to arrive.
    const bool lost = gap > most;
    if (!lost && !pending.waiting.talked_over && pending.waiting.ends_write && !segment.fin) {
      ++proofs_.all;
    }
    if (lost && was_probe(segment, pending.waiting, path)) told.probed_since = pending.waiting.at;
    return;
  }
  // Where no stamp tells what S had heard: sooner than there and back it was not on the ACK.
  const Nanos sooner = kCloseRelease + path.to_sender / 10 + 2 * tick_;
  const bool too_soon = !segment.ts_echo && gap < -sooner;
  const bool released =
      std::chrono::abs(gap) <= most && !too_soon && !is_own_pause(segment, path);
  const bool loose = std::chrono::abs(gap) > close;
  // Behind a path nobody can tell a pause from a late packet until it is known how that varies.
  const bool knows_path = path.is_at_sender() || !segment.ts_value || path.sender_varies();
  if (knows_path) learn_unsure(path);
  if (!pending.delayed) {
    const Pause pause{gap, segment.time - pending.waiting.at, pending.waiting.begins_turn,
                      pending.waiting.thought};
    auto& unsure = unsure_pause_[pause.begins_turn];
    if (knows_path) {
      learn_pause(pause, Nanos(0), path);
    } else if (!unsure || pause.length < unsure->length) {
      unsure = std::make_unique<Pause>(pause);
    }
    if (!loose && pending.waiting.ends_write) ++flow_.prompt_releases;
    // Prompt ACKs hold nothing longer than a round trip: worth a word on paths that have one.
    if (!released || path.rtt() < kWorthAWord) return;
    ++holds_of_one_rtt_;
    told.release = Release{stall_of(segment, gap, path.late), true};
    return;
  }
  if (released && is_chance_since_option()) return;
  if (!released && !knows_path && !too_soon) note_unsure_hold(stall_of(segment, gap, path.late));
  if (released || (knows_path && !too_soon)) ++candidates_;
  loose_ += too_soon;
  close_ = std::max(close_, close);
  if (loose) most_gap_ = std::max(most_gap_, std::chrono::abs(gap));
  if (loose && gap > close) note_late_write(path, segment.time - pending.waiting.since);
  if (!released) return;
  if (!loose) doubt_pause(segment.time - pending.waiting.since, gap, path);
  ++flow_.held;
  proofs_at_hold_ = proofs_;
  loose_ += loose;
  blunt_ += std::chrono::abs(gap) > sharp;
  note_waking(gap - path.to_sender, path.to_sender <= kNoWay);
  pending.delayed = false;  // It was not harmless.
  told.release = Release{stall_of(segment, gap, path.late), false};
  keep(told.release->stall, is_far_ && segment.ts_echo && !receiver_varies_);
}

void Direction::keep(const Stall& stall, bool early) {
  if (stalls_.size() >= most_stalls_) {
    ++stalls_left_out_;
    return;
  }
  stalls_.push_back(stall);
  if (early) early_ = static_cast<std::uint32_t>(stalls_.size());
}

// S pauses between such writes when nothing holds them, and now for no longer than the way varies.
bool Direction::is_own_pause(const Segment& segment, const Path& path) {
  const auto& pause = least_pause_[pending_->waiting.begins_turn];
  const Nanos varies = path.sender_varies().value_or(Nanos(0));
  if (!pending_->delayed || !pause || pause->length == Nanos(0)) return false;
  const Nanos apart = segment.time - pending_->waiting.since;
  const Nanos longer = apart - path.late + pending_->waiting.late - pause->length;
  if (varies == Nanos(0) || std::chrono::abs(longer) > varies) return false;
  const bool is_usual = pause->is_usual(pending_->waiting.thought);
  like_slow_pause_ += !is_usual;
  return is_usual;
}

// Data that left on its ACK was written by then. Where that is sooner than S seems to pause, and
// follows the ACKs and not a clock of S's own, something else had made that pause long.
void Direction::doubt_pause(Nanos apart, Nanos gap, const Path& path) {
  const bool begins_turn = pending_->waiting.begins_turn;
  const Nanos clearly = path.is_at_sender() ? kCloseRelease : kLeastLateness;
  if (apart + clearly >= usual_pause(pending_->waiting)) return;
  if (!doubt_) doubt_ = std::make_unique<Doubt>(Doubt{0, 0, apart, apart, gap, gap});
  Doubt& doubt = *doubt_;
  ++doubt.times;
  // One pause, of which nothing is known that came again, says little against that.
  const Nanos pause = least_pause_[begins_turn]->length;
  doubt.clear += least_pause_[begins_turn]->alone && apart + pause / kPartThatTells < pause;
  doubt.least_apart = std::min(doubt.least_apart, apart);
  doubt.most_apart = std::max(doubt.most_apart, apart);
  doubt.least_gap = std::min(doubt.least_gap, gap);
  doubt.most_gap = std::max(doubt.most_gap, gap);
  const Nanos of_acks = doubt.most_apart - doubt.least_apart;
  const Nanos of_own = doubt.most_gap - doubt.least_gap;
  const bool by_acks = of_acks >= kCloseRelease + 4 * of_own;
  const bool outweighed = least_pause_[begins_turn]->alone && path.is_at_sender() &&
                          doubt.times >= kEnoughToOutweigh && of_own <= kCloseRelease;
  const bool is_clear = by_acks || outweighed || doubt.clear == doubt.times;
  if (doubt.times < kHighConfidence || !is_clear) return;
  forget_pause(begins_turn);
}

void Direction::forget_pause(bool begins_turn) {
  least_pause_[begins_turn].reset();
  for (Stall& stall : stalls_) {
    if (stall.begins_turn == begins_turn) stall.set_pause(Nanos(0));
  }
}

// At the sender itself, whose kernel lets go at once: this one took its time for itself.
void Direction::note_late_write(const Path& path, Nanos apart) {
  if (!path.is_at_sender()) return;
  LateWrites& late = late_writes_[pending_->waiting.begins_turn];
  late.least = late.times++ == 0 ? apart : std::min(late.least, apart);
}

// How long the sender pauses between two such writes. A loss before the capture looks like a pause
// of a timer's length, and no hold is as long.
void Direction::learn_pause(const Pause& pause, Nanos doubt, const Path& path) {
  if (pause.length >= kLeastProbe) return;
  const bool loose = std::chrono::abs(pause.gap) > release_bounds(path).close + doubt;
  Pause at_most = pause;
  if (!loose) at_most.length = Nanos(0);
  auto& least = least_pause_[pause.begins_turn];
  const bool again = least && least->length > Nanos(0) && at_most.length > Nanos(0);
  if (!least || at_most.length < least->length) {
    least = at_most;
  } else if (!least->is_usual(pause.thought)) {
    least->thought = pause.thought;  // So short was it in a turn that took longer to begin.
  }
  least->alone = !again;
}

Stall Direction::stall_of(const Segment& segment, Nanos gap, Nanos late) const {
  const Pending& pending = *pending_;
  Stall stall;
  stall.waiting_frame = pending.waiting.frame;
  stall.ack_frame = pending.ack_frame;
  stall.release_frame = segment.frame;
  stall.waiting_at = pending.waiting.at;
  stall.ack_at = pending.ack_at;
  stall.release_at = segment.time;
  stall.ack_wait = pending.ack_at - pending.waiting.at;
  stall.ack_delay = std::max(pending.ack_delay, Nanos(0));
  stall.release_gap = gap;
  stall.begins_turn = pending.waiting.begins_turn;
  const Nanos pause = usual_pause(pending.waiting);
  stall.held_since = pending.waiting.since;
  const Nanos apart = segment.time - pending.waiting.since;
  const Nanos at_most = std::max(apart - late + pending.waiting.late, Nanos(0));
  stall.pause = std::min(pause, at_most);
  stall.hold = stall.charged = at_most - stall.pause;
  stall.waiting_offset = pending.waiting.offset;
  stall.waiting_length = pending.waiting.length;
  stall.release_offset = seen_offset_of(segment.seq);
  stall.release_length = segment.length;
  stall.mss = mss();
  stall.way_known = pending.way_known;
  return stall;
}

void Direction::answered(const Segment& segment, const Path& path,
                         std::optional<std::uint32_t> edge) {
  note_time(segment.time);
  // Data of R makes a new turn: what S sends next is its answer to that.
  if (segment.length > 0 || segment.fin) {
    // R sends right after its ACK: it had read late, and reading made the ACK, not a timer.
    if (pending_ && segment.time - pending_->ack_at <= kCloseRelease) pending_->delayed = false;
    drop_pending();
    heard_data_ = heard_data_ || segment.length > 0;
    if (answers_ && segment.length > 0) heard_data_at_ = segment.time;
    if (waiting_ && segment.length > 0) waiting_->talked_over = true;
  }
  if (!segment.ack_flag) return;
  const bool closed = segment.window == 0 && !segment.syn && !segment.rst;
  if (closed && waiting_) waiting_->disturbed = true;
  if (!waiting_) return;
  if (seq_before(segment.ack, waiting_->end)) {
    waiting_->not_there = segment.time;
    return;
  }
  const Nanos wait = segment.time - waiting_->at;
  if (!waiting_->disturbed) {
    least_ack_time_ = std::min(least_ack_time_, wait);
    if (ack_times_ < 2) ++ack_times_;
  }
  const bool pure = segment.length == 0 && !segment.syn && !segment.fin && !segment.rst;
  // What passed it may have made R acknowledge both at once; an ACK of it alone left before that.
  const RealTime told = segment.ack == waiting_->end ? waiting_->at : waiting_->since;
  // A slow link takes its time for what was sent before it: R may not have had it for long.
  const Nanos delay = std::min(segment.time - told - path.to_receiver - path.late,
                               segment.time - waiting_->not_there);
  drop_pending();
  if (pure) {
    // More than a full segment is acknowledged at once by any system: it took so long to get there.
    const bool due =
        path.to_receiver >= kFar && !seq_before(segment.ack, waiting_->end + mss());
    const bool delayed = !waiting_->disturbed && is_delayed(delay, path) && !due;
    pending_ =
        Pending{*waiting_, segment.frame, segment.time, delay, delayed, segment.ts_value,
                path.to_receiver > Nanos(0), edge};
  }
  waiting_.reset();
}

bool Direction::is_delayed(Nanos delay, const Path& path) {
  Nanos least = kLeastAckDelay;
  const auto varies = path.receiver_varies();
  if (!varies) {
    least = std::max(least, path.rtt() / kJitterPart);
  } else if (*varies > Nanos(0)) {
    // The way to R varies unseen, by about as much as the way back.
    least = std::max(least, *varies * 5 / 4 + kLeastLateness);
  }
  is_far_ = path.to_receiver >= kFar;
  receiver_varies_ = varies;
  if (is_far_) ack_delays_.note(delay, varies);
  return delay >= least && stands_apart(delay);
}

}  // namespace tailrace
