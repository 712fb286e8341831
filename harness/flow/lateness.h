// SPDX-License-Identifier: Apache-2.0
// Lateness: how late the segments of one side come to the capture, against the clock that they
// carry (TSval, RFC 7323, 4.3). A stamp is made when its segment leaves, so what varies between
// stamp and capture is the way between them, and nothing that an application does. Private to
// `flow`; one thread at a time.
#pragma once

#include <array>
#include <memory>
#include <optional>

#include "harness/flow/known_ways.h"
#include "harness/flow/segment.h"

namespace tailrace {

class Lateness {
 public:
  // What other connections of the same two hosts showed; null where there are none.
  explicit Lateness(std::shared_ptr<KnownWay> way = nullptr) : way_(std::move(way)) {}
  // Of this segment, beyond the quickest of the last while; 0 where that is less than two ticks of
  // the clock, or no clock tells so far.
  Nanos take(const Segment& segment);
  // All segments of the last while came within this of the quickest, but for those that one stop
  // of who forwards them held up.
  Nanos spread() const;
  // Segments carry a clock whose unit is known by now, and enough came to know how they vary.
  bool has_clock() const { return known_ && !unusable_ && stamped_ >= kEnough; }
  // The spread, of the other connections too where they vary; none where nothing tells it.
  std::optional<Nanos> varies() const;

 private:
  // The clocks of two hosts drift apart, 100 ppm at most: 2 ms in two windows.
  static constexpr std::chrono::seconds kWindow{10};
  struct Window {
    std::int64_t least = 0;        // Offset between the capture's clock and the segments', ns
    Nanos most{0}, second{0};      // Lateness; the latter of another stop.
    RealTime most_at;
    bool used = false;
  };
  void check_unit(Nanos passed, std::int64_t ticks);
  void turn(RealTime now);
  void note_late(Nanos late, RealTime at);

  static constexpr std::uint32_t kEnough = 6;
  std::shared_ptr<KnownWay> way_;
  RealTime last_at_;
  std::uint32_t stamped_ = 0;  // Up to that.
  bool begun_ = false, known_ = false, unusable_ = false;
  std::uint8_t checks_ = 0;
  Nanos unit_ = Millis(1);  // Linux, macOS, FreeBSD, Windows; until the segments tell.
  RealTime first_at_, window_at_;
  std::uint32_t first_stamp_ = 0;
  std::array<Window, 2> windows_;  // The present one, and the one before.
};

}  // namespace tailrace
