// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/reassembly.h"

#include <algorithm>

namespace tailrace {
namespace {

// Data that came before what it follows; more than a window of an unscaled connection is not kept.
constexpr std::size_t kMostEarly = 1 << 20;

}  // namespace

void Reassembly::take(const Segment& segment, std::int64_t offset, StreamPlace place,
                      StreamSink& sink) {
  const std::uint64_t unseen = offset < 0 ? static_cast<std::uint64_t>(-offset) : 0;
  if (ended_ || segment.length <= unseen) return;
  const std::size_t cut = std::min<std::size_t>(unseen, segment.payload.size());
  const std::string_view bytes = segment.payload.substr(cut);
  const std::uint64_t length = segment.length - unseen;
  const auto begin = static_cast<std::uint64_t>(std::max<std::int64_t>(offset, 0));
  if (begin + length <= next_) return;
  if (begin > next_) {
    keep(begin, {place, std::string(bytes), length});
    if (early_cost_ > kMostEarly) skip_to(early_.begin()->first, place, sink);
    return;
  }
  tell(place, bytes, length, begin, sink);
  drain(sink);
}

void Reassembly::keep(std::uint64_t offset, Piece piece) {
  const auto [known, added] = early_.try_emplace(offset);
  if (!added) {
    // The same place again: the one that tells more.
    if (piece.length <= known->second.length) return;
    early_cost_ -= known->second.cost();
  }
  known->second = std::move(piece);
  early_cost_ += known->second.cost();
}

void Reassembly::tell(const StreamPlace& place, std::string_view bytes, std::uint64_t length,
                      std::uint64_t offset, StreamSink& sink) {
  const std::uint64_t end = offset + length;
  if (end <= next_) return;  // All of it was told before.
  const std::uint64_t known = next_ - std::min(next_, offset);
  if (known < bytes.size()) sink.on_bytes(place, bytes.substr(known));
  const std::uint64_t told = std::max<std::uint64_t>(bytes.size(), known);
  if (length > told) sink.on_gap(place, length - told);
  next_ = end;
}

void Reassembly::acknowledged(std::int64_t offset, StreamPlace place, StreamSink& sink) {
  if (ended_ || offset <= 0) return;
  const auto heard = static_cast<std::uint64_t>(offset);
  if (heard > heard_) {
    heard_ = heard;
    heard_place_ = place;
  }
  // Early data waits for a retransmission, unless R has what we miss.
  while (!early_.empty() && early_.begin()->first <= heard && next_ < heard) {
    skip_to(early_.begin()->first, place, sink);
  }
  if (end_ && end_->offset < heard) skip_to(end_->offset, place, sink);
}

void Reassembly::closed(std::int64_t offset, StreamPlace place, StreamSink& sink) {
  if (ended_ || end_) return;
  end_ = End{static_cast<std::uint64_t>(std::max<std::int64_t>(offset, 0)), place};
  drain(sink);
}

void Reassembly::reset(StreamPlace place, StreamSink& sink) {
  if (ended_) return;
  while (!early_.empty()) skip_to(early_.begin()->first, place, sink);
  if (ended_) return;  // By a FIN behind what was missing.
  tell_heard(sink);
  ended_ = true;
  sink.on_end(place, true);
}

void Reassembly::finish(StreamSink& sink) {
  while (!ended_ && !early_.empty()) {
    skip_to(early_.begin()->first, early_.begin()->second.place, sink);
  }
  if (!ended_ && end_) skip_to(end_->offset, end_->place, sink);
  if (!ended_) tell_heard(sink);
}

// The other side has what the capture lost at the end. One byte of it may be a FIN.
void Reassembly::tell_heard(StreamSink& sink) {
  if (heard_ > next_ + 1) skip_to(heard_, heard_place_, sink);
}

void Reassembly::skip_to(std::uint64_t offset, const StreamPlace& place, StreamSink& sink) {
  if (offset > next_) {
    sink.on_gap(place, offset - next_);
    next_ = offset;
  }
  drain(sink);
}

void Reassembly::drain(StreamSink& sink) {
  while (!early_.empty() && early_.begin()->first <= next_) {
    const auto node = early_.extract(early_.begin());
    early_cost_ -= node.mapped().cost();
    const Piece& piece = node.mapped();
    tell(piece.place, piece.bytes, piece.length, node.key(), sink);
  }
  if (!end_ || ended_ || next_ < end_->offset) return;
  ended_ = true;
  sink.on_end(end_->place, false);
}

}  // namespace tailrace
