// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/seen_segments.h"

#include "harness/flow/hashed_pointers.h"

namespace tailrace {
namespace {

// A packet that a capture shows twice (the "any" device, a mirror port) comes again within this.
constexpr std::chrono::microseconds kSecondCopy{1'000'000};
// No system sends a SYN again so soon.
constexpr std::chrono::microseconds kSecondCopyOfSyn{200'000};
// Of what has no mark: between two points of one host. No sender has heard of a loss so soon.
constexpr std::chrono::microseconds kSecondCopyOfBare{20};
constexpr std::chrono::microseconds kMicrosecond{1};

std::uint64_t likeness_of(const Segment& segment, Side from) {
  const unsigned flags = segment.syn | segment.fin << 1 | segment.rst << 2 |
                         segment.ack_flag << 3 | segment.psh << 4 | (from == Side::kClient) << 5;
  std::uint64_t words = mixed(std::uint64_t{segment.seq} << 32 | segment.ack);
  words = mixed(words + (std::uint64_t{segment.ip_id} << 32 | segment.ts_value.value_or(0)));
  return mixed(words + (std::uint64_t{segment.length} << 32 | segment.window << 8 | flags));
}

}  // namespace

std::optional<Nanos> SeenSegments::take(const Segment& segment, Side from) {
  // Without a mark of its own a repeat counts as one: a retransmission taken for a copy would let
  // a loss look like a delayed ACK.
  const bool marked = segment.ip_id != 0 || segment.ts_value;
  if (!marked && !segment.syn && segment.length == 0) return std::nullopt;
  const std::uint64_t likeness = likeness_of(segment, from);
  const auto micros = static_cast<std::uint32_t>(segment.time.since_epoch / kMicrosecond);
  // Nearly all bring data or an acknowledgement that none before them has brought.
  const auto side = static_cast<std::size_t>(from);
  const bool new_data =
      segment.length > 0 && data_[side].is_crossed_by(segment.seq + segment.length);
  const bool new_ack = segment.ack_flag && acks_[side].is_crossed_by(segment.ack);
  const auto within = marked ? kSecondCopy : segment.syn ? kSecondCopyOfSyn : kSecondCopyOfBare;
  if (!new_data && !new_ack) {
    if (const auto copied = since(likeness, micros, within)) return copied;
  }
  likenesses_[next_] = likeness;
  micros_[next_] = micros;
  next_ = static_cast<std::uint8_t>((next_ + 1) % kMost);
  if (size_ < kMost) ++size_;
  return std::nullopt;
}

// The newest first: behind one that is too old stand older ones.
std::optional<std::chrono::microseconds> SeenSegments::since(
    std::uint64_t likeness, std::uint32_t micros, std::chrono::microseconds within) const {
  for (std::size_t i = 1; i <= size_; ++i) {
    const std::size_t at = (next_ + kMost - i) % kMost;
    const std::chrono::microseconds apart(static_cast<std::int32_t>(micros - micros_[at]));
    if (apart > within) return std::nullopt;
    if (likenesses_[at] == likeness) return apart;
  }
  return std::nullopt;
}

}  // namespace tailrace
