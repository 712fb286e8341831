// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/behind_full.h"

#include <algorithm>

namespace tailrace {
namespace {

constexpr std::size_t kMostKept = 1000;
constexpr std::size_t kSeries = 3;
constexpr std::uint32_t kHoldsForLoose = 4;
// What follows sooner may be of the same write, which passes as one on some systems.
constexpr Nanos kAnotherWrite = Millis(1);
constexpr int kJitterPart = 6;  // Of the round trip: prompt ACKs vary by less.

Nanos least_delay(const Path& path) {
  const auto varies = path.receiver_varies();
  return std::max(kLeastAckDelay, varies ? *varies * 5 / 4 + kLeastLateness
                                         : path.rtt() / kJitterPart);
}

}  // namespace

void BehindFull::sent(const Segment& segment, const Sent& sent, const Path& path,
                      std::optional<Release>& release) {
  if (segment.length == 0 || segment.rst) return;
  const std::uint32_t end = segment.seq + segment.length;
  if (!sent.new_data) {
    waiting_.reset();
    pending_.reset();
    return;
  }
  if (sent.full) {
    if (pending_) in_turns_ += std::chrono::abs(gap_of(segment, path)) <= kCloseRelease;
    pending_.reset();
    waiting_ = Waiting{end,         segment.length, segment.frame,
                       segment.time, sent.offset,    segment.ts_echo};
    return;
  }
  // Unless its echo tells that S had heard since, of an ACK that the capture missed.
  const bool unheard = waiting_ && segment.ts_echo == waiting_->ts_echo;
  if (unheard && segment.time - waiting_->at >= kAnotherWrite) ++passed_;
  if (pending_) judge(segment, sent, path, release);
  pending_.reset();
  waiting_.reset();
  small_end_ = end;
}

Nanos BehindFull::gap_of(const Segment& segment, const Path& path) const {
  return segment.time - pending_->ack_at - path.to_sender - path.late;
}

void BehindFull::judge(const Segment& segment, const Sent& sent, const Path& path,
                       std::optional<Release>& release) {
  if (!had_heard(segment, pending_->ts_value)) return;
  if (!may_be_held(segment, sent.mss, pending_->edge)) return;
  const Nanos gap = gap_of(segment, path);
  const auto [most, close, sharp] = release_bounds(path);
  if (std::chrono::abs(gap) > std::max(sharp, kCloseRelease)) {
    loose_ += std::chrono::abs(gap) > close;
    return;
  }
  Stall stall;
  stall.waiting_frame = pending_->waiting.frame;
  stall.ack_frame = pending_->ack_frame;
  stall.release_frame = segment.frame;
  stall.waiting_at = stall.held_since = pending_->waiting.at;
  stall.ack_at = pending_->ack_at;
  stall.release_at = segment.time;
  stall.ack_wait = pending_->ack_at - pending_->waiting.at;
  stall.ack_delay = pending_->ack_delay;
  stall.release_gap = gap;
  stall.hold = std::max(segment.time - pending_->waiting.at - path.late, Nanos(0));
  stall.waiting_offset = pending_->waiting.offset;
  stall.waiting_length = pending_->waiting.length;
  stall.release_offset = sent.offset;
  stall.release_length = segment.length;
  stall.mss = sent.mss;
  const bool keeps = stalls_.size() < kMostKept;
  if (keeps) stalls_.push_back(stall);
  if (!is_series()) return;
  if (keeps) stalls_.back().charged = stall.hold;
  release = Release{stall, false};
}

void BehindFull::answered(const Segment& segment, const Path& path,
                          std::optional<std::uint32_t> edge) {
  if (!segment.ack_flag || segment.syn) return;
  if (segment.length > 0 || segment.fin || segment.rst) pending_.reset();
  const bool of_small = small_end_ && !seq_before(segment.ack, *small_end_);
  if (of_small) small_end_.reset();
  if (!waiting_ || seq_before(segment.ack, waiting_->end)) return;
  const Waiting waiting = *waiting_;
  waiting_.reset();
  // What leaves on the ACK of a small segment as well waited for that, by Minshall's rule too.
  if (of_small) return;
  const bool pure = segment.length == 0 && !segment.fin && !segment.rst && segment.window > 0;
  const Nanos delay = segment.time - waiting.at - path.to_receiver - path.late;
  if (!pure || !edge || delay < least_delay(path)) return;
  pending_ = Pending{waiting, segment.frame, segment.time, delay, segment.ts_value, *edge};
}

bool BehindFull::is_series() const {
  return stalls_.size() >= kSeries && passed_ == 0 &&
         std::max(loose_, in_turns_) * kHoldsForLoose <= stalls_.size();
}

void BehindFull::finish(Side holder, bool sure, ConnectionFlow& connection) const {
  const bool holds = is_series();
  for (Stall stall : stalls_) {
    stall.holder = holder;
    stall.ack_delayer = other(holder);
    if (!holds) {
      stall.hold = Nanos(0);
      connection.not_held.push_back(stall);
      continue;
    }
    stall.confidence = sure && loose_ == 0 ? Confidence::kHigh : Confidence::kMedium;
    connection.stalls.push_back(stall);
  }
}

}  // namespace tailrace
