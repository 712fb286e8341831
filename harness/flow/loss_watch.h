// SPDX-License-Identifier: Apache-2.0
// LossWatch: what one side of a connection sent again, and by which of TCP's rules: acknowledged
// data that comes again cost nothing; a hole that fills at once was reordering. Private to `flow`;
// one thread at a time; bounded.
#pragma once

#include <optional>

#include "harness/base/queue.h"
#include "harness/flow/segment.h"

namespace tailrace {

enum class Repeat : std::uint8_t {
  kNone,
  kKeepAlive,  // Or the probe of a closed window.
  kReordered,  // An earlier segment that came late, and was no repeat.
  kNeedless,   // It had been acknowledged.
  kFast,       // On duplicate or selective acknowledgements.
  kTailProbe,  // The last of several segments again, after about two round trips.
  kTimeout,    // By the timer; of a single segment in flight a probe looks the same.
};

struct Repeated {
  Repeat how = Repeat::kNone;
  RealTime since;            // The transmission that was lost, or its place in the stream.
  FrameNumber first_frame;   // Of it; none where the capture does not hold it.
  std::uint32_t in_flight = 0;
};

class LossWatch {
 public:
  // A segment of S with data.
  Repeated sent(const Segment& segment, Nanos rtt);
  // A segment of R.
  void answered(const Segment& segment);

  // Bytes that R acknowledged and the capture does not hold.
  std::uint64_t missed_by_capture() const { return missed_; }
  bool all_acknowledged() const { return flight_.empty(); }

 private:
  struct Flight {
    std::uint32_t begin = 0, end = 0;
    RealTime first_at, last_at;
    FrameNumber frame;
    std::uint32_t segments = 1;
    bool repeated = false;
  };
  struct Hole {
    std::uint32_t begin = 0, end = 0;
    RealTime at;
  };

  void add_new(const Segment& segment, std::uint32_t end);
  std::optional<Repeated> fill_hole(const Segment& segment, std::uint32_t end, Nanos rtt);
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
};

}  // namespace tailrace
