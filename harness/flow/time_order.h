// SPDX-License-Identifier: Apache-2.0
// TimeOrder: the last segments of a capture, by their times: captures of several queues go
// backwards by microseconds. Private to `flow`; one thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/flow/segment.h"

namespace tailrace {

class TimeOrder {
 public:
  struct Held {
    Segment segment;
    std::uint64_t hash = 0;
    bool is_first = false;  // Of its connection for a while.
    std::string payload;
  };

  TimeOrder() {
    for (std::size_t i = 0; i < kSlots; ++i) unused_[i] = static_cast<std::uint8_t>(i);
  }
  // The one that add() puts in its place; the same until then.
  Held& next() { return slots_[unused_[kSlots - 1 - size_]]; }
  void add() {
    const std::uint8_t slot = unused_[kSlots - 1 - size_];
    const RealTime time = slots_[slot].segment.time;
    // Nearly all packets are in order already.
    std::size_t at = first_ + size_;
    for (; at != first_ && time < slots_[order_[(at - 1) % kRing]].segment.time; --at) {
      order_[at % kRing] = order_[(at - 1) % kRing];
    }
    order_[at % kRing] = slot;
    ++size_;
  }
  // Full: the oldest has to go before the next one.
  bool is_full() const { return size_ == kSlots; }
  bool empty() const { return size_ == 0; }
  // That of so many after the oldest; null where there are not as many.
  Held* ahead(std::size_t many) {
    return many < size_ ? &slots_[order_[(first_ + many) % kRing]] : nullptr;
  }
  // Valid until the next() after it.
  Held& take_oldest() {
    const std::uint8_t slot = order_[first_++ % kRing];
    unused_[kSlots - size_--] = slot;
    return slots_[slot];
  }

 private:
  static constexpr std::size_t kSlots = 65, kRing = 128;  // The latter a power of two above it.

  std::vector<Held> slots_ = std::vector<Held>(kSlots);
  std::array<std::uint8_t, kSlots> unused_{};  // A stack of those that hold nothing.
  std::array<std::uint8_t, kRing> order_{};    // From first_ on.
  std::size_t first_ = 0, size_ = 0;
};

}  // namespace tailrace
