// SPDX-License-Identifier: Apache-2.0
#include "harness/base/time.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>

#include "harness/base/assert.h"

namespace tailrace {
namespace {

double time_scale = 1;  // Written before the first thread.

Nanos read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + Nanos(now.tv_nsec);
}

Nanos offset_of(const ClockSample& sample) {
  const Nanos middle = sample.before.since_boot + (sample.after - sample.before) / 2;
  return sample.real.since_epoch - middle;
}

Nanos half_width(const ClockSample& sample) {
  return (sample.after - sample.before) / 2 + Nanos(1);
}

}  // namespace

MonoTime mono_now() {
  return {read_clock(CLOCK_MONOTONIC)};
}

RealTime real_now() {
  return {read_clock(CLOCK_REALTIME)};
}

ClockSample sample_clocks() {
  ClockSample sample;
  sample.before = mono_now();
  sample.real = real_now();
  sample.after = mono_now();
  return sample;
}

std::optional<MappedTime> to_mono(RealTime real, const std::vector<ClockSample>& samples) {
  if (samples.empty()) return std::nullopt;
  const auto after = std::upper_bound(samples.begin(), samples.end(), real,
                                      [](RealTime t, const ClockSample& s) { return t < s.real; });
  const ClockSample& left = after == samples.begin() ? samples.front() : *(after - 1);
  const ClockSample& right = after == samples.end() ? samples.back() : *after;
  const bool left_is_nearer = real - left.real <= right.real - real;
  const ClockSample& near = left_is_nearer ? left : right;
  const Nanos drift = std::chrono::abs(offset_of(left) - offset_of(right));
  return MappedTime{{real.since_epoch - offset_of(near)},
                    std::max(half_width(left), half_width(right)) + drift};
}

void set_time_scale(double factor) {
  TAILRACE_ASSERT(factor >= 1 && factor <= kMostTimeScale);
  time_scale = factor;
}

Millis stretched(Millis limit) {
  // Measured slow-downs of sanitizer runs on two busy cores, rounded up.
#if defined(__SANITIZE_ADDRESS__)
  constexpr int kSanitizerFactor = 4;
  limit *= kSanitizerFactor;
#elif defined(__SANITIZE_THREAD__)
  constexpr int kSanitizerFactor = 8;
  limit *= kSanitizerFactor;
#endif
  return Millis(static_cast<Millis::rep>(static_cast<double>(limit.count()) * time_scale));
}

std::string in_millis(Nanos duration) {
  return fmt::format("{:.2f} ms", static_cast<double>(duration.count()) / 1e6);
}

}  // namespace tailrace
