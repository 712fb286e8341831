// SPDX-License-Identifier: Apache-2.0
// Direction: what one side of a connection sends, and how its small segments wait for the other
// side's acknowledgements. Private to `flow`; one thread at a time.
//
// S is the sender of this direction, R its receiver. Nagle after Minshall: a small segment waits
// only while an earlier *small* one is unacknowledged.
#pragma once

#include <array>
#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include "harness/flow/flow_report.h"
#include "harness/flow/path.h"
#include "harness/flow/segment.h"
#include "harness/flow/stream_sink.h"

namespace tailrace {

// A receiver that acknowledges faster than this did not delay: scheduling is below it, the
// shortest timer seen in the field (two ticks of a 250 Hz kernel) above.
inline constexpr Nanos kLeastAckDelay = Millis(3);
// So many holds are a series.
inline constexpr std::uint64_t kHighConfidence = 3;
// More than one proof in so many holds, and the sender does not run Nagle's algorithm: one alone
// may be an ACK that the capture missed.
inline constexpr std::uint64_t kHoldsPerProof = 4;
// A kernel lets go of held data while it takes the ACK (measured: 10 to 40 us, 25 after the round
// trip to it). Who was woken for it, like a proxy that forwards, is never so quick (80 and more).
inline constexpr Nanos kLeastWaking = std::chrono::microseconds(40);
inline constexpr std::uint64_t kEnoughToSeeWaking = 5;
// One may be early by chance; a busy machine's kernel is late with many.
inline bool is_woken(std::uint64_t quick, std::uint64_t held) {
  constexpr std::uint64_t kFewQuick = 4;
  return held >= kEnoughToSeeWaking && quick * kFewQuick < held;
}
inline constexpr int kPartOfTimer = 4;  // Less than that part of a timer's delay is none of its.
inline constexpr int kPartOfDelay = 2;  // So late after what was unacknowledged, nothing is held.
inline constexpr double kMostlyHeld = 0.9;  // A series, of what left after a delayed ACK.
// Longer than any.
inline constexpr Nanos kNoTime = Nanos::max();

// S had the ACK of that stamp when it sent the segment, as far as stamps tell.
inline bool had_heard(const Segment& segment, std::optional<std::uint32_t> ack_stamp) {
  return !segment.ts_echo || !ack_stamp || !seq_before(*segment.ts_echo, *ack_stamp);
}
// An algorithm of S's may have held it: the rest of a write, and R had offered room for it before
// the ACK it left on. Offloading shows several segments as one: its full ones were not there
// before. What does not end a write is no rest of one either: the receiver's window had cut it.
inline bool may_be_held(const Segment& segment, std::uint32_t mss,
                        std::optional<std::uint32_t> edge) {
  const bool is_rest = segment.length <= mss && (segment.psh || segment.fin);
  return is_rest && (!edge || !seq_before(*edge, segment.seq + segment.length));
}

// Held data that has just left. Whether the sender held it is judged when all was seen.
struct Release {
  Stall stall;
  bool on_prompt_ack = false;  // It cost a round trip, and no more.
};

// What the last segment of S tells.
struct Sending {
  std::optional<Release> release;
  // S held it until its probe was due, since the ACK was lost: from then on.
  std::optional<RealTime> probed_since;
};

class Direction {
 public:
  // Keeps so many stalls, and counts the rest.
  Direction(Side side, std::size_t most_stalls)
      : answers_(side == Side::kServer), most_stalls_(most_stalls) {}
  // Segments of S, in time, each once.
  void sent(const Segment& segment, const Path& path, Sending& told);
  // Segments of R: acknowledgements, windows, and data that makes a new turn. `edge`: up to where S
  // might send until then, where that is known.
  void answered(const Segment& segment, const Path& path, std::optional<std::uint32_t> edge);

  // What R takes in a segment, and what S does, which tells of S's own link: no side sends more.
  void set_mss_of_receiver(std::uint32_t mss) { receiver_mss_ = mss; }
  void set_mss_of_sender(std::uint32_t mss) { sender_mss_ = mss; }
  // Packets of R are missing in the capture, or may be.
  void set_lacks_answers() { lacks_answers_ = true; }
  // Adds to the connection's stalls, those that it took for some, and their bound.
  DirectionFlow finish(Side holder, ConnectionFlow& connection) const;
  std::uint64_t holds_of_one_rtt() const { return holds_of_one_rtt_ + late_by_path(); }
  bool is_acquitted() const {
    const bool nothing_tells = proofs_.all == 0 && loose_ == 0;
    return !nothing_tells && ((has_proofs() && !all_left_on_acks()) || released_by_chance());
  }
  // It runs Nagle's algorithm: what is small waits for the ACK of what was, late or prompt.
  bool is_holding() const {
    return flow_.held + holds_of_one_rtt_ >= kHighConfidence && !is_acquitted();
  }
  // The capture's clock is too coarse to tell held data from what comes close to its ACK by chance.
  bool has_coarse_clock() const { return tick_ > kFineClock; }
  // Least time from data seen to its acknowledgement seen: a bound on the round trip to R.
  // kNoTime where there was none.
  Nanos least_ack_time() const { return least_ack_time_; }
  // The same for the round trip to S, by what it sent on an ACK whose stamp it echoes.
  Nanos least_echo_time() const { return least_echo_time_; }

  // Where a sequence number lies in this direction's payload; negative: before what was seen first.
  std::int64_t offset_of(std::uint32_t seq) const {
    return static_cast<std::int64_t>(next_offset_) + static_cast<std::int32_t>(seq - next_);
  }
  bool has_begun() const { return begun_; }
  std::uint32_t mss() const;
  std::uint64_t payload_bytes() const { return flow_.payload_bytes; }
  bool is_small(const Segment& segment) const {
    const std::uint32_t most = mss();
    return segment.length < most ? segment.length != 0 : segment.length % most != 0;
  }

 private:
  struct Waiting {  // A small segment that is not acknowledged yet.
    std::uint32_t end = 0;
    FrameNumber frame;
    RealTime at;
    // What may wait for its ACK was not there before: at, or the last full segment after it, since
    // Nagle's algorithm lets those pass, and less than one was left when it was sent.
    RealTime since;
    RealTime not_there;  // The last packet of R that did not acknowledge it: R had not got it.
    std::optional<std::uint32_t> ts_echo;
    std::uint32_t ack = 0;
    std::uint64_t offset = 0, length = 0;
    Nanos late{0};  // By its way to the capture.
    bool disturbed = false;  // Loss or a closed window since.
    bool ends_write = false;  // PSH: no full segment of a path narrower than the MSS.
    bool talked_over = false;  // R has sent data since.
    bool begins_turn = false;  // R's data came before it.
    Nanos thought{0};          // After R's data, where S answers.
  };
  struct Pending {  // Its acknowledgement came: what S sends now may have waited for it.
    Waiting waiting;
    FrameNumber ack_frame;
    RealTime ack_at;
    Nanos ack_delay{0};
    bool delayed = false;
    std::optional<std::uint32_t> ts_value;
    bool way_known = true;
    std::optional<std::uint32_t> edge{};  // Of the window, before that ACK.
  };

  void begin(const Segment& segment);
  // The greatest step that all times are multiples of.
  void note_time(RealTime at) {
    if (tick_ > Nanos(0) && tick_ <= kFineClock) return;
    if (tick_from_ == RealTime()) tick_from_ = at;
    tick_ = Nanos(std::gcd(tick_.count(), (at - tick_from_).count()));
  }
  void new_data(const Segment& segment, const Path& path, Sending& told);
  Nanos way_to_sender(const Segment& segment, const Path& path);
  void judge_release(const Segment& segment, const Path& path, Sending& told);
  bool was_probe(const Segment& segment, const Waiting& waiting, const Path& path) const;
  struct Pause {
    Nanos gap{0}, length{0};
    bool begins_turn = false;
    Nanos thought{0};  // Before what it follows.
    bool alone = true;  // No other was seen, of whatever length.
    // Not of a turn that S was much slower to begin, as a program is whose code is not loaded yet.
    bool is_usual(Nanos present) const { return thought <= length + kSlower * present; }
    static constexpr int kSlower = 4;
  };
  Nanos usual_pause(const Waiting& waiting) const {  // 0 where none is known.
    const auto& pause = least_pause_[waiting.begins_turn];
    return pause && pause->is_usual(waiting.thought) ? pause->length : Nanos(0);
  }
  void learn_pause(const Pause& pause, Nanos doubt, const Path& path);
  void learn_unsure(const Path& path);
  void note_unsure_hold(const Stall& stall);
  bool take_unsure_hold(Stall stall, const Path& path);
  bool is_own_pause(const Segment& segment, const Path& path);
  void doubt_pause(Nanos apart, Nanos gap, const Path& path);
  void forget_pause(bool begins_turn);
  void note_late_write(const Path& path, Nanos apart);
  std::optional<Nanos> written_after(bool begins_turn) const;
  void keep(const Stall& stall, bool early);
  void note_waking(Nanos took, bool at_sender) {
    least_waking_ = std::min(least_waking_, took);
    quick_ += took <= kLeastWaking;
    holds_at_sender_ += at_sender;
  }
  bool is_probe(const Segment& segment, const Path& path) const;
  void learn_size(const Segment& segment);
  bool is_delayed(Nanos delay, const Path& path);
  bool stands_apart(Nanos ack_delay) const {
    return !is_far_ || ack_delays_.stands_apart(ack_delay);
  }
  bool may_be_timer() const;
  Nanos usual_delay() const;  // Of the ACKs of stalls_; 0 where those are few.
  bool is_by_path(const Stall& stall, Nanos usual) const;  // One of stalls_.
  std::uint64_t late_by_path() const;
  bool is_improbable() const;
  bool is_series() const;
  bool is_accident() const;
  bool outlasts_path() const;
  Stall stall_of(const Segment& segment, Nanos gap, Nanos late) const;
  void drop_pending();
  bool heard(const Segment& segment) const { return had_heard(segment, pending_->ts_value); }
  std::uint64_t seen_offset_of(std::uint32_t seq) const;  // The same, from 0 on.
  bool has_held(double part) const;  // Of what left after a delayed ACK.
  // That Nagle was off. Vague: an ACK between the two may have come and be missing in the capture.
  struct Proofs {
    std::uint64_t all = 0, vague = 0;
  };
  std::uint64_t count_of(const Proofs& proofs) const {
    return lacks_answers_ ? proofs.all - proofs.vague : proofs.all;
  }
  bool has_proofs() const;
  bool is_chance_since_option();
  bool all_left_on_acks() const;
  bool left_late_unheard() const;
  bool released_by_chance() const;

  static constexpr Nanos kFineClock = kCloseRelease / 3;

  bool answers_;  // Or asks.
  std::size_t most_stalls_;
  Nanos tick_{0};
  RealTime tick_from_;
  DirectionFlow flow_;
  bool begun_ = false;
  std::uint32_t next_ = 0;
  std::uint64_t next_offset_ = 0;
  // Of the SYNs, 0 where none told; the largest segment that no offload made; and, of a path that
  // is narrower than either link, the length that segments are cut to.
  std::uint32_t receiver_mss_ = 0, sender_mss_ = 0, largest_ = 0, pushed_ = 0, cut_to_ = 0;
  std::uint8_t cuts_ = 0;
  std::optional<Waiting> waiting_;
  std::optional<Pending> pending_;
  std::vector<Stall> stalls_;
  mutable std::size_t usual_of_ = 0;  // So many of them have that usual_delay().
  mutable Nanos usual_{0};
  std::uint64_t stalls_left_out_ = 0;
  std::uint64_t candidates_ = 0, holds_of_one_rtt_ = 0, loose_ = 0, blunt_ = 0;
  std::uint64_t quick_ = 0;  // Holds that nobody was woken for.
  Nanos least_waking_ = Nanos::max();  // Of the holds, beyond what the sender's kernel takes.
  Nanos close_{0}, most_gap_{0};  // What counted as close to an ACK, and the latest that did not.
  AckDelays ack_delays_;
  std::optional<Nanos> receiver_varies_;
  std::uint32_t early_ = 0;  // Stalls that were seen before that was known.
  bool is_far_ = false;  // R is behind a path, not on this host.
  Proofs proofs_, proofs_at_hold_;  // The latter: when data was last held.
  std::uint64_t holds_at_sender_ = 0;  // With no way between S and the capture.
  std::uint8_t since_option_ = 0;  // Releases on an ACK after a series and its proofs.
  bool lacks_answers_ = false;
  bool heard_data_ = false;  // Of R, after all that S sent.
  std::optional<RealTime> heard_data_at_;  // Where S answers.
  // Between two writes whose ACK was prompt, by whether the first began a turn: who computes
  // between head and answer does not between answer and end.
  std::array<std::optional<Pause>, 2> least_pause_;
  // Before it is known how the path varies; the latter farther from their ACKs than a calm one
  // would bring them.
  std::array<std::unique_ptr<Pause>, 2> unsure_pause_;
  std::unique_ptr<std::vector<Stall>> unsure_holds_;
  // Of such pauses: releases that were sooner, after their sender's last data and after the ACK.
  struct Doubt {
    std::uint64_t times = 0, clear = 0;
    Nanos least_apart{0}, most_apart{0}, least_gap{0}, most_gap{0};
  };
  std::unique_ptr<Doubt> doubt_;  // Rare.
  // Writes that came clearly after a delayed ACK, so that nothing held them, and the soonest.
  struct LateWrites {
    std::uint32_t times = 0;
    Nanos least{0};
  };
  std::array<LateWrites, 2> late_writes_;
  std::uint32_t like_slow_pause_ = 0;  // Holds as long as a pause of a turn that was no usual one.
  Nanos least_ack_time_ = kNoTime, least_echo_time_ = kNoTime;
  std::uint8_t ack_times_ = 0;  // Of which that is the least; up to 2.
  std::optional<RealTime> last_data_at_;
};

}  // namespace tailrace
