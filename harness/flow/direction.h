// SPDX-License-Identifier: Apache-2.0
// Direction: what one side of a connection sends, and how its small segments wait for the other
// side's acknowledgements. Private to `flow`; one thread at a time.
//
// S is the sender of this direction, R its receiver. Nagle after Minshall: a small segment waits
// only while an earlier *small* one is unacknowledged.
#pragma once

#include <map>
#include <string>

#include "harness/flow/flow_report.h"
#include "harness/flow/segment.h"
#include "harness/flow/stream_sink.h"

namespace tailrace {

// A receiver that acknowledges faster than this did not delay: scheduling is below it, the
// shortest timer seen in the field (two ticks of a 250 Hz kernel) above.
inline constexpr Nanos kLeastAckDelay = Millis(3);
// Held data leaves on the ACK: within this of it (measured at most 0.85 ms), and a tenth of the
// round trip for paths whose delay varies.
inline constexpr Nanos kMostReleaseGap = Millis(2);

class Direction {
 public:
  // Keeps so many stalls, and counts the rest.
  explicit Direction(std::size_t most_stalls) : most_stalls_(most_stalls) {}
  // Segments of S, in time, each once.
  void sent(const Segment& segment, Nanos rtt_to_sender, Nanos rtt_to_receiver);
  // Segments of R: acknowledgements, windows, and data that makes a new turn.
  void answered(const Segment& segment, Nanos rtt_to_receiver);

  void set_mss(std::uint32_t mss) { mss_ = mss; }
  void set_scale(std::uint8_t scale) { scale_ = scale; }
  DirectionFlow finish(Side holder, std::vector<Stall>& stalls, std::uint64_t& left_out) const;
  std::uint64_t holds_of_one_rtt() const { return holds_of_one_rtt_; }
  // Least time from data seen to its acknowledgement seen: a bound on the round trip to R.
  std::optional<Nanos> least_ack_time() const { return least_ack_time_; }

  // Where a sequence number lies in this direction's payload; negative: before what was seen first.
  std::int64_t offset_of(std::uint32_t seq) const;
  bool has_begun() const { return begun_; }

 private:
  struct Waiting {  // A small segment that is not acknowledged yet.
    std::uint32_t end = 0;
    FrameNumber frame;
    RealTime at;
    std::optional<std::uint32_t> ts_echo;
    std::uint64_t offset = 0, length = 0;
    bool disturbed = false;  // Loss or a closed window since.
  };
  struct Pending {  // Its acknowledgement came: what S sends now may have waited for it.
    Waiting waiting;
    FrameNumber ack_frame;
    RealTime ack_at;
    Nanos ack_delay{0};
    bool pure = true;
  };

  void begin(const Segment& segment);
  void new_data(const Segment& segment, Nanos rtt_to_sender, Nanos rtt_to_receiver);
  void judge_release(const Segment& segment, Nanos rtt_to_sender, Nanos rtt_to_receiver);
  std::uint32_t mss() const;
  bool is_small(const Segment& segment) const { return segment.length % mss() != 0; }
  std::uint64_t seen_offset_of(std::uint32_t seq) const;  // The same, from 0 on.
  bool nodelay_proven() const;

  std::size_t most_stalls_;
  DirectionFlow flow_;
  bool begun_ = false;
  std::uint32_t next_ = 0;
  std::uint64_t next_offset_ = 0;
  std::uint32_t mss_ = 0, largest_ = 0;
  std::uint8_t scale_ = 0;  // Of R's window
  std::optional<Waiting> waiting_;
  std::optional<Pending> pending_;
  std::vector<Stall> stalls_;
  std::uint64_t stalls_left_out_ = 0;
  std::uint64_t candidates_ = 0, holds_of_one_rtt_ = 0;
  std::optional<Nanos> least_ack_time_;
  std::optional<RealTime> last_data_at_;
};

}  // namespace tailrace
