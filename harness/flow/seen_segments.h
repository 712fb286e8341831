// SPDX-License-Identifier: Apache-2.0
// SeenSegments: the last segments of a connection, by all that a second copy of their packet
// shares: a retransmission has a new IP id or a new timestamp; of a packet with neither nobody can
// tell. Private to `flow`; one thread at a time.
#pragma once

#include <array>
#include <chrono>
#include <optional>

#include "harness/flow/fetch.h"
#include "harness/flow/segment.h"

namespace tailrace {

class SeenSegments {
 public:
  // The second copy of one of them: how long after it. If it is none, it is remembered.
  std::optional<Nanos> take(const Segment& segment, Side from);
  void fetch_ahead() const {  // Where the next one is put.
    fetch(&likenesses_[next_], 1);
    fetch(&micros_[next_], 1);
  }

 private:
  // How far the numbers of one kind have come. What goes beyond has not been there before, as long
  // as kMost steps cannot lead once around all numbers.
  class Frontier {
   public:
    bool is_crossed_by(std::uint32_t number) {
      const bool first = !begun_;
      const std::uint32_t step = number - at_;
      begun_ = true;
      if (first) at_ = number;
      if (first || static_cast<std::int32_t>(step) <= 0) return false;
      at_ = number;
      is_wild_ = is_wild_ || step > kLongest;
      return !is_wild_;
    }

   private:
    static constexpr std::uint32_t kLongest = 1U << 24;
    std::uint32_t at_ = 0;
    bool begun_ = false, is_wild_ = false;
  };
  std::optional<std::chrono::microseconds> since(std::uint64_t likeness, std::uint32_t micros,
                                                 std::chrono::microseconds within) const;

  static constexpr std::size_t kMost = 64;
  std::uint8_t size_ = 0, next_ = 0;
  std::array<Frontier, 2> data_, acks_;  // By side.
  // Last: of them one place is wanted at a time.
  std::array<std::uint64_t, kMost> likenesses_;  // Up to size_.
  std::array<std::uint32_t, kMost> micros_;      // Times, that wrap.

 public:
  static constexpr std::size_t kKept = sizeof likenesses_ + sizeof micros_;  // Bytes at its end.
};

}  // namespace tailrace
