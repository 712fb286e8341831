// SPDX-License-Identifier: Apache-2.0
// Reassembly: one direction's payload in order for a StreamSink, each byte once, with the segment
// that carried it; then its end, once. Private to `flow`; one thread at a time; bounded.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "harness/flow/segment.h"
#include "harness/flow/stream_sink.h"

namespace tailrace {

class Reassembly {
 public:
  // `offset` is the segment's place in the direction; what lies before 0 was sent before the
  // capture began and is left out.
  void take(const Segment& segment, std::int64_t offset, StreamPlace place, StreamSink& sink);
  // R has acknowledged up to here: what is still missing the capture does not hold.
  void acknowledged(std::int64_t offset, StreamPlace place, StreamSink& sink);
  // FIN: the direction ends at `offset`, which is told when everything before it was.
  void closed(std::int64_t offset, StreamPlace place, StreamSink& sink);
  // RST, from either side: it ends here, whatever is missing.
  void reset(StreamPlace place, StreamSink& sink);
  // The capture is over: tells what still waited for missing bytes.
  void finish(StreamSink& sink);

 private:
  struct Piece {
    StreamPlace place;
    std::string bytes;
    std::uint64_t length = 0;  // On the wire; `bytes` may hold less.
    std::size_t cost() const { return sizeof(Piece) + bytes.size(); }
  };
  struct End {
    std::uint64_t offset = 0;
    StreamPlace place;
  };
  void keep(std::uint64_t offset, Piece piece);
  void tell(const StreamPlace& place, std::string_view bytes, std::uint64_t length,
            std::uint64_t offset, StreamSink& sink);
  void drain(StreamSink& sink);
  void skip_to(std::uint64_t offset, const StreamPlace& place, StreamSink& sink);

  void tell_heard(StreamSink& sink);

  std::uint64_t next_ = 0;
  std::uint64_t heard_ = 0;  // Acknowledged by the other side.
  StreamPlace heard_place_;
  std::map<std::uint64_t, Piece> early_;
  std::size_t early_cost_ = 0;
  std::optional<End> end_;
  bool ended_ = false;
};

}  // namespace tailrace
