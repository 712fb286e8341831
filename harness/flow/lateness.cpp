// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/lateness.h"

#include <algorithm>

namespace tailrace {
namespace {

using namespace std::chrono_literals;

// RFC 7323, 5.4, allows a tick of 1 ms to 1 s; Linux can count microseconds, and old systems
// counted timer interrupts.
constexpr std::array<Nanos, 5> kUnits = {1us, 1ms, 4ms, 10ms, 500ms};
// The unit is known when so much time has passed that a path's variation does not blur it, and
// checked again when it hardly could. A slow link whose queue fills blurs the first of them.
constexpr std::array<Nanos, 3> kChecks = {200ms, 800ms, 3s};
constexpr std::array<double, 3> kWithin = {1.6, 1.6, 1.1};
// Later than this no path makes a segment: one of the clocks was set.
constexpr Nanos kClockSet = 1s;
// What waited for a host that did nothing for a while comes at once when it goes on.
constexpr Nanos kOneStop = 10ms;
// Beyond it the stamps have wrapped around more than once, or the file's times are made up.
constexpr Nanos kLongest = std::chrono::hours(24 * 24);

}  // namespace

void Lateness::check_unit(Nanos passed, std::int64_t ticks) {
  if (checks_ >= kChecks.size() || passed < kChecks[checks_]) return;
  const double measured = static_cast<double>(passed.count()) / static_cast<double>(ticks);
  const double within = kWithin[checks_];
  const auto fits = [&](Nanos unit) {
    const double ratio = measured / static_cast<double>(unit.count());
    return ratio < within && ratio * within > 1;
  };
  const auto unit = std::ranges::find_if(kUnits, fits);
  const bool last = ++checks_ == kChecks.size();
  if (unit == kUnits.end() && ticks > 0 && !last) return;
  unusable_ = unit == kUnits.end() || (known_ && *unit != unit_);
  if (!unusable_ && *unit != unit_) {
    unit_ = *unit;
    windows_ = {};
  }
  known_ = true;
}

void Lateness::turn(RealTime now) {
  if (now - window_at_ < kWindow) return;
  windows_[1] = now - window_at_ < 2 * kWindow ? windows_[0] : Window{};
  windows_[0] = {};
  window_at_ = now;
}

void Lateness::note_late(Nanos late, RealTime at) {
  Window& now = windows_[0];
  const bool same_stop = at - now.most_at < kOneStop;
  if (late > now.most) {
    if (!same_stop) now.second = now.most;
    now.most = late;
    now.most_at = at;
  } else if (!same_stop) {
    now.second = std::max(now.second, late);
  }
}

Nanos Lateness::take(const Segment& segment) {
  last_at_ = segment.time;
  if (!segment.ts_value || segment.rst || unusable_) return Nanos(0);
  if (!begun_) {
    begun_ = true;
    first_at_ = window_at_ = segment.time;
    first_stamp_ = *segment.ts_value;
  }
  if (stamped_ < kEnough) ++stamped_;
  const Nanos passed = segment.time - first_at_;
  if (std::chrono::abs(passed) > kLongest) return Nanos(0);
  const std::int64_t ticks = static_cast<std::int32_t>(*segment.ts_value - first_stamp_);
  const Nanos step = passed - ticks * unit_ - Nanos(windows_[0].least);
  if (known_ && windows_[0].used && std::chrono::abs(step) > kClockSet) {
    begun_ = false;  // From here on by the clock as it is now.
    windows_ = {};
    return Nanos(0);
  }
  check_unit(passed, ticks);
  turn(segment.time);
  if (unusable_) return Nanos(0);
  const std::int64_t offset = (passed - ticks * unit_).count();
  Window& now = windows_[0];
  if (!now.used || offset < now.least) now.least = offset;
  now.used = true;
  const std::int64_t least =
      windows_[1].used ? std::min(now.least, windows_[1].least) : now.least;
  const Nanos late(offset - least);
  if (late > kClockSet) {
    windows_ = {};
    return Nanos(0);
  }
  if (late <= 2 * unit_) return Nanos(0);
  note_late(late, segment.time);
  if (!has_clock()) return Nanos(0);
  if (way_) way_->note(spread(), segment.time);
  return late;
}

std::optional<Nanos> Lateness::varies() const {
  const Nanos of_others = way_ ? way_->spread(last_at_) : Nanos(0);
  if (has_clock()) return std::max(spread(), of_others);
  if (of_others > Nanos(0)) return of_others;
  return std::nullopt;
}

Nanos Lateness::spread() const {
  const auto& [now, before] = windows_;
  return std::max(std::max(now.second, before.second), std::min(now.most, before.most));
}

}  // namespace tailrace
