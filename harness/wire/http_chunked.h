// SPDX-License-Identifier: Apache-2.0
// ChunkDecoder: a chunked body (RFC 9112, 7.1), one after another. Give each to one thread at a
// time; it calls the sink on that thread. Extensions and trailers are read over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/wire/http_head_reader.h"
#include "harness/wire/http_lines.h"
#include "harness/wire/http_sink.h"

namespace tailrace {

inline constexpr std::size_t kHttpChunkLineLimit = 16 << 10;  // Extensions included, in bytes.
inline constexpr std::size_t kHttpTrailerLimit = 256 << 10;   // All trailers, in bytes.

class ChunkDecoder {
 public:
  enum class Outcome : std::uint8_t { kMore, kDone, kMalformed };

  // Takes bytes off the front of `rest`, which stands at `offset`, and moves both on. After
  // kMalformed the decoder must not be used again.
  Outcome feed(std::string_view& rest, std::uint64_t& offset, HttpSink& sink);

  // After kMalformed.
  const std::string& why() const { return why_; }
  std::uint64_t malformed_at() const { return malformed_at_; }

 private:
  enum class State : std::uint8_t { kSize, kData, kDataEnd, kTrailers };

  Outcome take_line(std::string_view& rest, std::uint64_t& offset, HttpSink& sink);
  Outcome take_size(std::string_view line, std::uint64_t line_begin, HttpSink& sink);
  Outcome take_trailer(std::string_view line, std::uint64_t line_begin);
  Outcome take_data_end(std::string_view& rest, std::uint64_t& offset, HttpSink& sink);
  void take_data(std::string_view& rest, std::uint64_t& offset, HttpSink& sink);
  Outcome give_up(std::string why, std::uint64_t at);

  State state_ = State::kSize;
  LineReader lines_;
  std::uint64_t data_left_ = 0;
  std::size_t line_bytes_ = 0;     // Of the line being read, so far.
  std::size_t trailer_bytes_ = 0;  // Of the trailer lines before it.
  bool cr_seen_ = false;           // Of the line end after the data.
  std::string why_;
  std::uint64_t malformed_at_ = 0;
};

}  // namespace tailrace
