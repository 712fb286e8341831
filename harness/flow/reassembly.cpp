// SPDX-License-Identifier: Apache-2.0
#include "harness/flow/reassembly.h"

#include <algorithm>

namespace tailrace {
namespace {

// Data that came before what it follows; more than a window of an unscaled connection is not kept.
constexpr std::uint64_t kMostEarly = 1 << 20;

}  // namespace

void Reassembly::tell(const Piece& piece, std::uint64_t offset, StreamSink& sink) {
  const std::uint64_t end = offset + piece.length;
  if (end <= next_) return;  // All of it was told before.
  const std::uint64_t known = next_ - std::min(next_, offset);
  if (known < piece.bytes.size()) {
    sink.on_bytes(piece.place, std::string_view(piece.bytes).substr(known));
  }
  const std::uint64_t told = std::max<std::uint64_t>(piece.bytes.size(), known);
  if (piece.length > told) sink.on_gap(piece.place, piece.length - told);
  next_ = end;
}

void Reassembly::take(const Segment& segment, std::uint64_t offset, StreamPlace place,
                      StreamSink& sink) {
  if (segment.length == 0 || offset + segment.length <= next_) return;
  Piece piece{place, std::string(segment.payload), segment.length};
  if (offset > next_) {
    early_bytes_ += piece.length;
    early_.emplace(offset, std::move(piece));
    if (early_bytes_ > kMostEarly) skip_to(early_.begin()->first, place, sink);
    return;
  }
  tell(piece, offset, sink);
  drain(sink);
}

void Reassembly::acknowledged(std::uint64_t offset, StreamPlace place, StreamSink& sink) {
  // Early data waits for a retransmission, unless R has what we miss.
  while (!early_.empty() && early_.begin()->first < offset && next_ < offset) {
    skip_to(early_.begin()->first, place, sink);
  }
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
    early_bytes_ -= node.mapped().length;
    tell(node.mapped(), node.key(), sink);
  }
}

}  // namespace tailrace
