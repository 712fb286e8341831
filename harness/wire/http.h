// SPDX-License-Identifier: Apache-2.0
// HttpParser: one direction of an HTTP/1.x connection (RFC 9112) as heads, pieces of body and ends.
// Give each parser to one thread at a time; it calls the sink on the thread that feeds it.
//
// Nothing is kept but the head that is being read. How the bytes are cut into feeds changes only
// how on_body() is cut. After 101 (Switching Protocols) the rest is another protocol: swallowed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/base/queue.h"
#include "harness/wire/http_chunked.h"
#include "harness/wire/http_head.h"
#include "harness/wire/http_head_reader.h"
#include "harness/wire/http_lines.h"
#include "harness/wire/http_sink.h"

namespace tailrace {

inline constexpr std::size_t kHttpHeadLimit = 256 << 10;  // Start line to blank line, in bytes.

class HttpParser {
 public:
  explicit HttpParser(HttpRole role) : role_(role), head_reader_(role) {}

  void feed(std::string_view bytes, HttpSink& sink);
  // The direction ended (FIN). Ends a body that lasts until then; inside anything else it is a cut.
  // A reset is no end: where one was seen, call cut().
  void finish(HttpSink& sink);
  void cut(HttpSink& sink);

  // The next final response to begin answers HEAD; or the `nth` of this direction, counted from 0,
  // as the requests of the connection are. Tell before its head is fed, in rising order.
  void answer_has_no_body() { answer_has_no_body(finals_begun_); }
  void answer_has_no_body(std::uint64_t nth);

  bool between_messages() const;
  bool is_lost() const { return state_ == State::kLost; }
  std::uint64_t offset() const { return offset_; }  // Bytes fed so far.
  // Bytes from the malformed place on; 0 where nothing was malformed.
  std::uint64_t lost_bytes() const { return is_lost() ? offset_ - lost_at_ : 0; }
  std::uint64_t finals_begun() const { return finals_begun_; }  // Heads told, 1xx left out.

 private:
  // kSilent: the direction ended or switched protocols.
  enum class State : std::uint8_t { kHead, kLength, kUntilClose, kChunked, kSilent, kLost };

  bool take_plain_head(std::string_view& rest, HttpSink& sink);
  void take_head_bytes(std::string_view& rest, HttpSink& sink);
  void take_head_line(HttpSink& sink);
  void end_head(HttpSink& sink);
  bool answers_head(int status);
  void begin_body(HttpFraming framing, std::uint64_t length, int status, HttpSink& sink);
  void take_body(std::string_view& rest, HttpSink& sink);
  void take_chunked(std::string_view& rest, HttpSink& sink);
  void lose(const std::string& why, std::uint64_t at, HttpSink& sink);

  HttpRole role_;
  State state_ = State::kHead;
  std::uint64_t offset_ = 0;      // Of the next byte to look at.
  std::uint64_t line_begin_ = 0;  // Of the head line being read.
  std::uint64_t head_begin_ = 0;  // Of the start line.
  std::uint64_t area_begin_ = 0;  // Of the head with empty lines before it: what the limit counts.
  std::uint64_t body_left_ = 0;   // Of a body framed by length.
  std::uint64_t lost_at_ = 0;
  std::uint64_t finals_begun_ = 0;
  Queue<std::uint64_t> without_body_;  // Final responses that answer HEAD.
  LineReader lines_;
  HeadReader head_reader_;
  ChunkDecoder chunks_;
};

}  // namespace tailrace
