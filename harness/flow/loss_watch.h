// SPDX-License-Identifier: Apache-2.0
// LossWatch: what one side of a connection sent again, and by which of TCP's rules: acknowledged
// data that comes again cost nothing; a hole that fills at once was reordering. Private to `flow`;
// one thread at a time; bounded.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "harness/base/queue.h"
#include "harness/flow/fetch.h"
#include "harness/flow/segment.h"
#include "harness/flow/unseen_loss.h"

namespace tailrace {

enum class Repeat : std::uint8_t {
  kNone,       // No repeat.
  kKeepAlive,  // Or the probe of a closed window.
  kReordered,  // An earlier segment that came late, and was no repeat.
  kNeedless,   // It had been acknowledged, or its first transmission had arrived.
  kFast,       // On duplicate or selective acknowledgements.
  kTailProbe,  // The last of several segments again, after about two round trips.
  kTimeout,    // By the timer; of a single segment in flight a probe looks the same.
};

struct Repeated {
  Repeat how = Repeat::kNone;
  RealTime since;            // The transmission that was lost, or its place in the stream.
  FrameNumber first_frame;   // Of it; none where the capture does not hold it.
  bool unseen = false;       // Nor its place: it is told by what is missing (UnseenLoss).
  bool counted = false;      // By a packet that is missing, not only by an ACK.
  bool ack_lost = false;     // Not its data: a probe sent what had waited for the ACK.
  std::uint32_t in_flight = 0;
  RealTime at;               // That it was sent again.
  FrameNumber frame;
  std::uint32_t seq = 0, length = 0;
  std::int64_t offset = 0;   // In the direction, filled in by whoever knows that.
  std::optional<std::uint32_t> ts_value;
};

class LossWatch {
 public:
  // A segment of S. What was sent again is told once it is known whether that was needed: here of
  // the repeat before, if R has said nothing since. `came_late`: it was sent before others that
  // were seen.
  std::optional<Repeated> sent(const Segment& segment, Nanos rtt, bool came_late = false);
  // It was sent before, which the capture did not see: told like what is seen to be sent again.
  // Nothing where the capture itself loses packets.
  void note_unseen(const Segment& segment, const UnseenLoss::Found& found);
  // It waited since then for an ACK that was lost, and is a probe with new data.
  void note_lost_ack(const Segment& segment, RealTime since);
  // A segment of R. It tells whether the last repeat was needed. `after_loss`: R had sent more that
  // did not come, and may have been that for which S waited.
  std::optional<Repeated> answered(const Segment& segment, bool after_loss);
  // Data that came before the segment is missing.
  bool is_ahead(const Segment& segment) const { return begun_ && seq_before(next_, segment.seq); }
  // All before it was seen or told of, and nothing of it.
  bool is_next(const Segment& segment) const { return !begun_ || next_ == segment.seq; }
  // A second copy of the packets that brought this, which may have been cut otherwise: S stamped
  // them at one time, and has heard of no loss.
  bool is_copy(const Segment& segment) const;
  // At the end: of a repeat that R never answered.
  std::optional<Repeated> unanswered();

  // Bytes that R acknowledged and the capture does not hold.
  std::uint64_t missed_by_capture() const { return missed_; }
  void fetch_ahead() const { fetch(flight_.place_of_next(), sizeof(Flight)); }
  bool all_acknowledged() const { return flight_.empty(); }
  std::uint32_t acknowledged() const { return una_; }  // Up to there, as a sequence number.

 private:
  struct Flight {
    std::uint32_t begin = 0, end = 0;
    RealTime first_at, last_at;
    FrameNumber frame;
    std::uint32_t segments = 1;
    bool repeated = false;
    std::optional<std::uint32_t> ts_value;
    std::uint32_t ack = 0;
  };
  struct Hole {
    std::uint32_t begin = 0, end = 0;
    RealTime at;
  };

  std::optional<Repeated> classified(const Segment& segment, Nanos rtt, bool came_late);
  void acknowledge(const Segment& segment);
  bool tells_what_came(const Segment& segment) const;
  void add_new(const Segment& segment, std::uint32_t end);
  void note_hole(const Segment& segment);
  std::optional<Repeated> fill_hole(const Segment& segment, std::uint32_t end, Nanos rtt,
                                    bool came_late);
  Repeated classify(Flight& flight, const Segment& segment, Nanos rtt);
  std::uint32_t segments_in_flight() const;

  bool begun_ = false, acked_ = false;
  std::uint32_t next_ = 0, una_ = 0, largest_ = 0;
  Queue<Flight> flight_;
  Queue<Hole> holes_;
  int duplicate_acks_ = 0;
  bool sack_seen_ = false;
  RealTime last_ack_at_;
  std::uint64_t missed_ = 0;
  std::unique_ptr<Repeated> pending_;  // Rare.
};

}  // namespace tailrace
