// SPDX-License-Identifier: Apache-2.0
// WindowWatch: whether the receiver of a direction has room for what its sender sends next.
// Private to `flow`; one thread at a time.
#pragma once

#include <algorithm>
#include <optional>

#include "harness/flow/segment.h"

namespace tailrace {

class WindowWatch {
 public:
  // Only after both SYNs were seen: without the scale a window is a number without a unit.
  void set_scale(std::uint8_t scale) { scale_ = scale; }

  void sent(const Segment& segment) {
    const std::uint32_t end = segment.seq + segment.length;
    if (segment.length > 0 && (!next_ || seq_before(*next_, end))) next_ = end;
  }
  void answered(const Segment& segment) {
    if (!segment.ack_flag || segment.syn || segment.rst) return;
    if (heard_ && seq_before(segment.ack, ack_)) return;  // An old one, overtaken.
    heard_ = true;
    ack_ = segment.ack;
    literal_ = segment.window;
    if (!scale_) return;
    window_ = std::uint32_t{segment.window} << std::min<std::uint8_t>(*scale_, 14);
    largest_ = std::max(largest_, window_);
  }
  // The first byte that R has not offered room for. None: its windows cannot be read.
  std::optional<std::uint32_t> edge() const {
    if (!heard_ || !scale_) return std::nullopt;
    return ack_ + window_;
  }
  bool is_closed() const { return heard_ && literal_ == 0; }  // As R says itself.
  bool is_full() const {
    if (!heard_) return false;
    if (is_closed()) return true;
    if (!scale_ || !next_) return false;
    const auto room = static_cast<std::int32_t>(ack_ + window_ - *next_);
    // Less than a segment and than half of the window is not sent (RFC 9293, 3.8.6.2.1).
    return room < static_cast<std::int32_t>(std::min(largest_ / 2, 1460U));
  }

 private:
  std::optional<std::uint8_t> scale_;
  std::optional<std::uint32_t> next_;
  std::uint32_t ack_ = 0, window_ = 0, largest_ = 0;
  std::uint16_t literal_ = 0;
  bool heard_ = false;
};

}  // namespace tailrace
