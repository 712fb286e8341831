// SPDX-License-Identifier: Apache-2.0
// Time: the two clocks of a run, and deadlines that have a name. Values only, any thread.
//   MonoTime  CLOCK_MONOTONIC, what the taps record; RealTime  CLOCK_REALTIME, what packets carry.
// They are compared only through ClockSamples, which say how far apart they may be.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tailrace {

using Nanos = std::chrono::nanoseconds;
using Millis = std::chrono::milliseconds;

struct MonoTime {
  Nanos since_boot{0};
  auto operator<=>(const MonoTime&) const = default;
};
struct RealTime {
  Nanos since_epoch{0};
  auto operator<=>(const RealTime&) const = default;
};

inline Nanos operator-(MonoTime a, MonoTime b) {
  return a.since_boot - b.since_boot;
}
inline Nanos operator-(RealTime a, RealTime b) {
  return a.since_epoch - b.since_epoch;
}
inline MonoTime operator+(MonoTime a, Nanos d) {
  return {a.since_boot + d};
}
inline RealTime operator+(RealTime a, Nanos d) {
  return {a.since_epoch + d};
}

MonoTime mono_now();
RealTime real_now();

// (monotonic, real, monotonic) read back to back: `real` was read between the two others.
struct ClockSample {
  MonoTime before;
  RealTime real;
  MonoTime after;
};
ClockSample sample_clocks();

// Maps packet times to tap times by the nearest sample. `uncertainty` bounds the error of the map:
// half the width of the sample plus the drift seen between neighbouring samples.
struct MappedTime {
  MonoTime at;
  Nanos uncertainty;
};
std::optional<MappedTime> to_mono(RealTime real, const std::vector<ClockSample>& samples);

// How long to wait and what for. The name is what the user reads when it runs out.
struct Deadline {
  std::string_view name;
  Millis limit;
};

// Sanitizer builds and slow hosts: deadlines, never verdict thresholds, are stretched by it. Set it
// before the first thread; 1 unless told otherwise, at most kMostTimeScale.
inline constexpr double kMostTimeScale = 100;
void set_time_scale(double factor);
Millis stretched(Millis limit);

std::string in_millis(Nanos duration);  // "43.97 ms"; two decimals.

}  // namespace tailrace
