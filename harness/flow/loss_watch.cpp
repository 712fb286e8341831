// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/loss_watch.h"

#include <algorithm>

namespace tailrace {
namespace {

constexpr std::size_t kMostFlights = 1024;
constexpr std::size_t kMostHoles = 64;
// Packets overtake each other by less than this on real paths, or by a part of the round trip.
constexpr Nanos kReordering = Millis(3);
// A loss probe waits two round trips, a timeout at least this on any system seen.
constexpr Nanos kLeastTimeout = Millis(200);
constexpr Nanos kLeastResend = Millis(1);  // No timer is so quick.
constexpr Nanos kProbeSlack = Millis(30);
constexpr int kDuplicateAcks = 3;  // RFC 5681, 3.2.

// Whether R's answer shows that the first transmission had arrived: it says that the second was a
// duplicate (RFC 2883), or echoes a time before it (RFC 3522).
bool was_needless(const Repeated& repeat, const Segment& answer) {
  const std::uint32_t end = repeat.seq + repeat.length;
  if (!answer.ack_flag || seq_before(answer.ack, end)) return false;
  const bool duplicate = answer.tells_of_duplicate() &&
                         seq_before(answer.sack_begin, end) &&
                         seq_before(repeat.seq, answer.sack_end);
  return duplicate || (repeat.ts_value && answer.ts_echo &&
                       seq_before(*answer.ts_echo, *repeat.ts_value));
}

Repeated repeat_of(Repeat how, const Segment& segment) {
  Repeated repeat;
  repeat.how = how;
  repeat.since = repeat.at = segment.time;
  repeat.frame = segment.frame;
  repeat.seq = segment.seq;
  repeat.length = segment.length;
  repeat.ts_value = segment.ts_value;
  return repeat;
}

bool overlap(std::uint32_t a, std::uint32_t a_end, std::uint32_t b, std::uint32_t b_end) {
  return seq_before(a, b_end) && seq_before(b, a_end);
}

}  // namespace

std::uint32_t LossWatch::segments_in_flight() const {
  std::uint32_t count = 0;
  for (const Flight& flight : flight_) count += flight.segments;
  return count;
}

// What S numbers its segment with tells how much it has sent before.
void LossWatch::note_hole(const Segment& segment) {
  if (!seq_before(next_, segment.seq)) return;
  if (holes_.size() == kMostHoles) holes_.pop_front();
  holes_.push_back({next_, segment.seq, segment.time});
}

void LossWatch::add_new(const Segment& segment, std::uint32_t end) {
  note_hole(segment);
  if (flight_.size() == kMostFlights) flight_.pop_front();
  // Offloading shows several segments as one.
  largest_ = std::max(largest_, segment.length);
  flight_.push_back({segment.seq, end, segment.time, segment.time, segment.frame,
                     segment.length > 2 * 1460 ? 2U : 1U, false, segment.ts_value, segment.ack});
  next_ = end;
}

std::optional<Repeated> LossWatch::fill_hole(const Segment& segment, std::uint32_t end,
                                             Nanos rtt, bool came_late) {
  for (auto hole = holes_.begin(); hole != holes_.end(); ++hole) {
    if (!overlap(hole->begin, hole->end, segment.seq, end)) continue;
    Repeated repeated = repeat_of(Repeat::kNone, segment);
    repeated.since = hole->at;
    repeated.in_flight = segments_in_flight() + 1;
    const Nanos age = segment.time - hole->at;
    if (came_late || age <= std::max(kReordering, rtt / 4)) {
      repeated.how = Repeat::kReordered;
    } else {
      // Its first copy was lost before the capture.
      repeated.how = age < kLeastTimeout ? Repeat::kFast : Repeat::kTimeout;
    }
    // What a pure ACK told of may count the FIN.
    if (!seq_before(end + (segment.fin ? 1 : 0), hole->end)) {
      holes_.erase(hole);
    } else {
      hole->begin = end;
    }
    return repeated;
  }
  return std::nullopt;
}

Repeated LossWatch::classify(Flight& flight, const Segment& segment, Nanos rtt) {
  Repeated repeated = repeat_of(Repeat::kNone, segment);
  repeated.since = flight.last_at;
  repeated.first_frame = flight.frame;
  repeated.in_flight = segments_in_flight();
  const Nanos waited = segment.time - flight.last_at;
  const Nanos after_ack = segment.time - last_ack_at_;
  const bool told = duplicate_acks_ >= kDuplicateAcks || sack_seen_;
  const bool is_tail = flight.end == next_;
  if (told && after_ack <= rtt + rtt / 5 + kReordering) {
    repeated.how = Repeat::kFast;
  } else if (waited < kLeastResend) {
    repeated.how = Repeat::kNeedless;  // A copy, on its way or in the capture.
  } else if (is_tail && repeated.in_flight > 1 && !flight.repeated &&
             waited < std::max(kLeastTimeout, rtt * 5 / 2 + kProbeSlack)) {
    repeated.how = Repeat::kTailProbe;
  } else {
    repeated.how = Repeat::kTimeout;
  }
  return repeated;
}

std::optional<Repeated> LossWatch::sent(const Segment& segment, Nanos rtt, bool came_late) {
  if (segment.length == 0) {
    const bool tells = begun_ && segment.ack_flag && !segment.fin;
    // A FIN takes one number.
    if (tells && seq_before(next_ + 1, segment.seq)) {
      note_hole(segment);
      next_ = segment.seq;
    }
    return std::nullopt;
  }
  auto repeat = classified(segment, rtt, came_late);
  if (!repeat) return std::nullopt;
  const auto before = unanswered();
  pending_ = std::make_unique<Repeated>(*repeat);
  return before;
}

std::optional<Repeated> LossWatch::unanswered() {
  if (!pending_) return std::nullopt;
  const auto repeat = std::exchange(pending_, nullptr);
  return *repeat;
}

void LossWatch::note_unseen(const Segment& segment, const UnseenLoss::Found& found) {
  if (missed_ > 0 || pending_) return;
  Repeated repeat = repeat_of(found.probed ? Repeat::kTailProbe : Repeat::kTimeout, segment);
  repeat.since = found.since;
  repeat.unseen = true;
  repeat.counted = found.counted;
  pending_ = std::make_unique<Repeated>(repeat);
}

void LossWatch::note_lost_ack(const Segment& segment, RealTime since) {
  if (pending_) return;
  Repeated repeat = repeat_of(Repeat::kTailProbe, segment);
  repeat.since = since;
  repeat.ack_lost = true;
  pending_ = std::make_unique<Repeated>(repeat);
}

std::optional<Repeated> LossWatch::answered(const Segment& segment, bool after_loss) {
  std::optional<Repeated> repeat;
  // What was on its way before it came says nothing of it.
  const bool settles = pending_ && tells_what_came(segment) &&
                       !seq_before(segment.ack, pending_->seq + pending_->length);
  if (settles) {
    repeat = unanswered();
    if (!after_loss && was_needless(*repeat, segment)) repeat->how = Repeat::kNeedless;
  }
  acknowledge(segment);
  return repeat;
}

std::optional<Repeated> LossWatch::classified(const Segment& segment, Nanos rtt,
                                              bool came_late) {
  const std::uint32_t end = segment.seq + segment.length;
  if (!begun_) {
    begun_ = true;
    next_ = una_ = segment.seq;
  }
  if (seq_before(next_, end)) {
    std::optional<Repeated> filled;
    if (seq_before(segment.seq, next_)) filled = fill_hole(segment, end, rtt, came_late);
    add_new(segment, end);
    return filled;
  }
  if (auto filled = fill_hole(segment, end, rtt, came_late)) return filled;
  if (acked_ && segment.length <= 1 && end == una_) {
    return repeat_of(Repeat::kKeepAlive, segment);
  }
  Repeated found = repeat_of(Repeat::kNeedless, segment);
  if (acked_ && !seq_before(una_, end)) return found;
  for (Flight& flight : flight_) {
    if (!overlap(flight.begin, flight.end, segment.seq, end)) continue;
    if (found.how == Repeat::kNeedless) found = classify(flight, segment, rtt);
    flight.last_at = segment.time;
    flight.repeated = true;
  }
  return found;
}

// No timer sends again within a tick of the clock that the stamps are read from, which is no longer
// than the shortest of them; some stamp with a clock that stands.
bool LossWatch::is_copy(const Segment& segment) const {
  const std::uint32_t end = segment.seq + segment.length;
  const bool is_told = duplicate_acks_ >= kDuplicateAcks || sack_seen_;
  if (!begun_ || is_told || !segment.ts_value || seq_before(next_, end)) return false;
  std::uint32_t covered = segment.seq;
  for (const Flight& flight : flight_) {
    if (!seq_before(covered, flight.end)) continue;
    const bool is_same = flight.ts_value == segment.ts_value && flight.ack == segment.ack &&
                         segment.time - flight.last_at < kLeastTimeout;
    if (seq_before(covered, flight.begin) || !is_same) return false;
    covered = flight.end;
    if (!seq_before(covered, end)) return true;
  }
  return false;
}

// A side that leaves with data unread says in its RST how much had come.
bool LossWatch::tells_what_came(const Segment& segment) const {
  if (!segment.rst || !segment.ack_flag) return segment.ack_flag;
  return begun_ && seq_before(una_, segment.ack) && !seq_before(next_, segment.ack);
}

void LossWatch::acknowledge(const Segment& segment) {
  if (!tells_what_came(segment)) return;
  const bool advances = !acked_ || seq_before(una_, segment.ack);
  if (advances) {
    una_ = segment.ack;
    acked_ = true;
    duplicate_acks_ = 0;
    sack_seen_ = segment.sack && !segment.tells_of_duplicate();
    while (!flight_.empty() && !seq_before(una_, flight_.front().end)) flight_.pop_front();
    while (!holes_.empty() && !seq_before(una_, holes_.front().end)) {
      missed_ += holes_.front().end - holes_.front().begin;
      holes_.pop_front();
    }
    if (begun_ && seq_before(next_, una_)) next_ = una_;
  } else if (segment.ack == una_ && segment.length == 0 && !flight_.empty() && !segment.syn) {
    ++duplicate_acks_;
    sack_seen_ = sack_seen_ || (segment.sack && !segment.tells_of_duplicate());
  }
  last_ack_at_ = segment.time;
}

}  // namespace tailrace
