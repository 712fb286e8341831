// SPDX-License-Identifier: Apache-2.0
// UnseenLoss: data whose first transmission was lost before the capture. What is seen of it looks
// like any data that comes late; that it is a repeat shows in the packets of its sender that are
// missing, by their IP ids, and in a request that nobody acknowledged meanwhile. Private to `flow`;
// one thread at a time.
#pragma once

#include <optional>

#include "harness/flow/packet_numbers.h"
#include "harness/flow/path.h"

namespace tailrace {

class UnseenLoss {
 public:
  struct Found {
    RealTime since;        // It was sent first then, or later.
    bool counted = false;  // A packet of its sender is missing; else nothing but the ACK.
    bool probed = false;   // Repaired sooner than a timer would.
  };
  // What is known of a segment of S beside itself.
  struct Sent {
    bool new_data = false;   // As far as the capture knows, and none before it is missing.
    bool by_client = false;  // Between its requests it is silent as it likes.
    std::uint32_t mss = 0;
  };
  std::optional<Found> sent(const Segment& segment, const Sent& sent, const Path& path);
  // A segment of R.
  void answered(const Segment& segment);
  // The ids of S's packets tell their order.
  bool tells_order() const { return numbers_.tell(); }
  // Some of them are missing, be it in the capture or on the way to it.
  bool some_missing() const { return some_missing_ && numbers_.tell(); }
  // By them, this segment was sent before others that were seen.
  bool came_late() const { return came_late_; }

 private:
  std::optional<Found> judged(const Segment& segment, bool owed, const Path& path);
  bool had_first(const Segment& segment, const Path& path) const;
  RealTime begin_of(RealTime quiet, RealTime now, bool owed, const Path& path) const;

  PacketNumbers numbers_;
  std::uint8_t missing_ = 0;  // Packets of S since quiet_since_.
  bool came_late_ = false, some_missing_ = false;
  bool heard_ = false;          // Data of either side.
  bool asked_ = false;          // The last was R's.
  bool acks_are_seen_ = false;  // The capture holds segments without data.
  bool acked_since_ = false;    // S sent one of those after quiet_since_: at acked_at_.
  std::uint32_t asked_end_ = 0, acked_ = 0;
  RealTime quiet_since_;  // The last new data of either side.
  std::optional<RealTime> repeated_at_;  // R sent the same once more since.
  std::optional<std::uint32_t> asked_stamp_;  // Of R's clock, when it sent that first.
  RealTime acked_at_;
  Nanos usual_{0};  // The longest silence of S in which no packet of it is missing.
};

}  // namespace tailrace
