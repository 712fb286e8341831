// SPDX-License-Identifier: Apache-2.0
// Reassembly: one direction's payload in order for a StreamSink, each byte once, with the segment
// that carried it. Private to `flow`; one thread at a time; bounded.
#pragma once

#include <map>
#include <string>

#include "harness/flow/segment.h"
#include "harness/flow/stream_sink.h"

namespace tailrace {

class Reassembly {
 public:
  // `offset` is the segment's place in the direction.
  void take(const Segment& segment, std::uint64_t offset, StreamPlace place, StreamSink& sink);
  // R has acknowledged up to here: what is still missing the capture does not hold.
  void acknowledged(std::uint64_t offset, StreamPlace place, StreamSink& sink);

 private:
  struct Piece {
    StreamPlace place;
    std::string bytes;
    std::uint64_t length = 0;  // On the wire; `bytes` may hold less.
  };
  void tell(const Piece& piece, std::uint64_t offset, StreamSink& sink);
  void drain(StreamSink& sink);
  void skip_to(std::uint64_t offset, const StreamPlace& place, StreamSink& sink);

  std::uint64_t next_ = 0;
  std::map<std::uint64_t, Piece> early_;
  std::uint64_t early_bytes_ = 0;
};

}  // namespace tailrace
