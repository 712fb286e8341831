// SPDX-License-Identifier: Apache-2.0
// PacketNumbers: the IP ids of what one side sends. Where they count its packets one by one, as
// Linux's do on each connection, a gap is packets that the capture never saw. Private to `flow`;
// one thread at a time.
#pragma once

#include "harness/flow/segment.h"

namespace tailrace {

class PacketNumbers {
 public:
  // Packets between the last one and this one that were not seen; negative: it came late, sent
  // before others that were. 0 where nothing tells. `mss`: offloading shows several as one.
  int take(const Segment& segment, std::uint32_t mss) {
    if (segment.syn || segment.rst) return 0;  // These are not counted.
    if (segment.ip_id == 0 && !(begun_ && next_ == 0)) return 0;  // It has none.
    const std::uint32_t packets = segment.length > mss ? (segment.length + mss - 1) / mss : 1;
    const auto step = static_cast<std::int16_t>(segment.ip_id - next_);
    const bool first = !begun_;
    if (!first && step < 0 && step >= -kNear) return step;
    begun_ = true;
    next_ = static_cast<std::uint16_t>(segment.ip_id + packets);
    if (first) return 0;
    std::uint16_t& count = step == 0 ? regular_ : step > 0 && step <= kFew ? gaps_ : wild_;
    if (++count == kMostCounted) {
      for (std::uint16_t* each : {&regular_, &gaps_, &wild_}) *each /= 2;
    }
    return step > 0 && step <= kNear ? step : 0;
  }
  // They count one by one, with a gap now and then.
  bool tell() const {
    return regular_ >= kEnough && regular_ >= gaps_ && regular_ >= kRegularForWild * wild_;
  }

 private:
  // What a path loses at a time, and what is no other count yet.
  static constexpr int kFew = 3, kNear = 32;
  static constexpr std::uint16_t kEnough = 4, kRegularForWild = 3, kMostCounted = 10'000;
  bool begun_ = false;
  std::uint16_t next_ = 0;
  std::uint16_t regular_ = 0, gaps_ = 0, wild_ = 0;
};

}  // namespace tailrace
