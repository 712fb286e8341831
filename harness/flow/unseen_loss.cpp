// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/unseen_loss.h"

#include <algorithm>

namespace tailrace {
namespace {

// The least of any system's timer. A loss probe comes sooner only where more than one segment was
// sent (RFC 8985, 7.2), and no receiver that is alive delays an ACK for so long.
constexpr Nanos kLeastTimeout = Millis(200);
constexpr Nanos kMostlyTimeout = Millis(150);
constexpr Nanos kTimerSlack = Millis(12);  // Three ticks of a slow clock.
// Silence that is worth asking whence it comes.
constexpr Nanos kLeastSilence = Millis(10);
constexpr int kMostMissing = 255;
constexpr int kProbeTrips = 2;  // Round trips that a probe waits.

// That one timer may take, or one probe.
Nanos most_of_one_timer(const Path& path) {
  return kLeastTimeout + kProbeTrips * path.rtt() + kTimerSlack;
}

}  // namespace

std::optional<UnseenLoss::Found> UnseenLoss::sent(const Segment& segment, const Sent& sent,
                                                  const Path& path) {
  const int step = numbers_.take(segment, sent.mss);
  came_late_ = step < 0;
  const int missing = missing_ + (came_late_ ? -1 : step);
  missing_ = static_cast<std::uint8_t>(std::clamp(missing, 0, kMostMissing));
  some_missing_ = some_missing_ || step > 0;
  if (segment.syn || segment.rst) return std::nullopt;
  const bool owed = asked_ && seq_before(acked_, asked_end_);
  if (segment.ack_flag) acked_ = segment.ack;
  if (segment.length == 0) {
    acks_are_seen_ = true;
    acked_since_ = true;
    acked_at_ = segment.time;
    return std::nullopt;
  }
  if (!sent.new_data) return std::nullopt;
  std::optional<Found> found;
  const bool may_idle = sent.by_client && asked_;
  if (heard_ && !may_idle) found = judged(segment, owed, path);
  heard_ = true;
  asked_ = false;
  missing_ = 0;
  acked_since_ = false;
  quiet_since_ = segment.time;
  repeated_at_.reset();
  return found;
}

// R asked again, since it missed an answer: S had the request by then. That shows in the stamp it
// echoes, or in a way that was too short for the second one; or a packet of S is missing, which for
// as long as one timer takes was the answer, and no ACK of one that thinks.
bool UnseenLoss::had_first(const Segment& segment, const Path& path) const {
  const bool echoes = segment.ts_echo && asked_stamp_ && *segment.ts_echo == *asked_stamp_;
  const bool too_soon = !segment.ts_echo && segment.time - *repeated_at_ < path.rtt();
  if (echoes || too_soon) return true;
  const Nanos silence = segment.time - quiet_since_ - path.to_sender - path.late;
  return numbers_.tell() && missing_ > 0 && silence <= most_of_one_timer(path);
}

std::optional<UnseenLoss::Found> UnseenLoss::judged(const Segment& segment, bool owed,
                                                    const Path& path) {
  const Nanos way = asked_ ? path.to_sender + path.late : Nanos(0);
  const bool second = repeated_at_ && !had_first(segment, path);
  const RealTime quiet = (second ? *repeated_at_ : quiet_since_) + way;
  const Nanos silence = segment.time - quiet;
  const bool counted = numbers_.tell();
  const bool uncounted = !counted && owed && acks_are_seen_;
  if (!(counted ? missing_ > 0 : uncounted)) {
    if (missing_ == 0) usual_ = std::max(usual_, silence);
    return std::nullopt;
  }
  const bool several = counted && missing_ > 1;
  const Nanos least =
      several ? std::max(kLeastSilence, kProbeTrips * path.rtt()) : kLeastTimeout;
  const RealTime since = begin_of(quiet, segment.time, owed, path);
  const Nanos lost = segment.time - since;
  // What is missing may be an ACK of a sender that is silent for so long anyway.
  const Nanos most_usual = usual_ + (several ? Nanos(0) : kMostlyTimeout);
  if (lost < least || (usual_ >= least && silence < most_usual)) return std::nullopt;
  return Found{since, counted, lost < kLeastTimeout};
}

// A sender that acknowledged what it was asked was thinking then: only the last timer is a loss.
RealTime UnseenLoss::begin_of(RealTime quiet, RealTime now, bool owed, const Path& path) const {
  if (owed) return quiet;
  const RealTime alive = acked_since_ ? std::max(quiet, acked_at_) : quiet;
  return std::max(alive, now + (-most_of_one_timer(path)));
}

void UnseenLoss::answered(const Segment& segment) {
  if (segment.length == 0) {
    acks_are_seen_ = acks_are_seen_ || !segment.syn;
    return;
  }
  if (segment.rst) return;
  const std::uint32_t end = segment.seq + segment.length;
  if (asked_ && !seq_before(asked_end_, end)) {  // The same once more.
    repeated_at_ = segment.time;
    return;
  }
  quiet_since_ = segment.time;
  repeated_at_.reset();
  heard_ = true;
  asked_ = true;
  missing_ = 0;
  asked_end_ = end;
  acked_since_ = false;
  asked_stamp_ = segment.ts_value;
}

}  // namespace tailrace
