// SPDX-License-Identifier: Apache-2.0
// Path: what is known of the ways between the capture and either side of a connection, and what
// they allow to be told: how far from its ACK held data may be, and which ACKs are late by more
// than their way. Private to `flow`; values.
#pragma once

#include <cstdint>
#include <optional>

#include "harness/base/time.h"
#include "harness/flow/copy_delays.h"
#include "harness/flow/lateness.h"

namespace tailrace {

// Held data leaves on the ACK: within this of it (measured at most 0.85 ms), and what the way
// between the capture and the sender varies by.
inline constexpr Nanos kMostReleaseGap = Millis(2);

// Measured at true stalls: 10 us, 99 of 100 below this.
inline constexpr Nanos kCloseRelease = std::chrono::microseconds(300);
// Most of it at its sender, where no way lies between the two: one of this host takes less.
inline constexpr Nanos kSharpRelease = std::chrono::microseconds(150);

inline constexpr Nanos kLeastLateness = Millis(2);  // Two ticks of most clocks: less is not told.

// A round trip that leaves the host: on it 30 to 100 us were measured, and 300 on a busy one.
inline constexpr Nanos kFar = std::chrono::microseconds(500);

// The ways between the capture and either side, as far as they are known when a segment is seen.
struct Path {
  Nanos to_sender{0}, to_receiver{0};  // Round trips from the capture, the least.
  Nanos late{0};                       // This segment, beyond the quickest of its way.
  bool by_handshake = false;  // `to_sender` is no more than that took, and no timer of S's in it.
  // Of the segments from there; null where none is kept.
  const Lateness *of_sender = nullptr, *of_receiver = nullptr;
  // Of what goes there, where the capture holds each packet twice; null where it does not.
  const CopyDelays *copies_to_sender = nullptr, *copies_to_receiver = nullptr;

  // By how much a way there and back varies; none where nothing tells. Few packets ask.
  std::optional<Nanos> sender_varies() const { return varies(of_sender, copies_to_sender); }
  std::optional<Nanos> receiver_varies() const { return varies(of_receiver, copies_to_receiver); }
  Nanos rtt() const { return to_sender + to_receiver; }
  // No way lies between the sender and the capture.
  bool is_at_sender() const {
    return to_sender < kFar && (!copies_to_sender || copies_to_sender->spread() < kFar);
  }

 private:
  static std::optional<Nanos> varies(const Lateness* back, const CopyDelays* there) {
    const Nanos copies = there != nullptr ? there->spread() : Nanos(0);
    const auto known = back != nullptr ? back->varies() : std::nullopt;
    if (!known && copies == Nanos(0)) return std::nullopt;
    return known.value_or(Nanos(0)) + copies;
  }
};

// How far from the ACK held data may be, most of it is, and most of it is where that is to be
// sure: at the sender itself there is no way between the two that could vary.
struct ReleaseBounds {
  Nanos most, close, sharp;
};
ReleaseBounds release_bounds(const Path& path);

// How late the ACKs of a direction came, in steps. A timer delays by much, and a path that varies
// by all that it varies by: ACKs whose delays leave no hole below them are late by the path.
class AckDelays {
 public:
  // `varies`: as in Path.
  void note(Nanos delay, std::optional<Nanos> varies);
  bool stands_apart(Nanos delay) const;

 private:
  std::uint64_t seen_ = 1;  // A bit for each step; the first is that of the handshake.
  std::uint64_t again_ = 1;  // What was seen more than once.
  std::uint8_t apart_from_ = 1;
  enum class Knows : std::uint8_t { kNothing, kVaries, kCalm };
  Knows knows_ = Knows::kNothing;
};

}  // namespace tailrace
